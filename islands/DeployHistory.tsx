import { useEffect, useRef, useState } from "preact/hooks";
import type { DeployView } from "../lib/protocol/api.ts";
import { DeployList } from "../components/DeployList.tsx";

interface DeployHistoryProps {
  appId: string;
  repository: string;
  initial: DeployView[];
  /** The server's time when it drew the page. */
  now: number;
  /** Changes when a deploy began or ended: the list is then asked for again. */
  stamp: string;
}

/** The last deploys, asked for again whenever the preview's events tell of a change. */
export default function DeployHistory({ appId, repository, initial, now, stamp }: DeployHistoryProps) {
  const [list, setList] = useState({ deploys: initial, now });
  const drawn = useRef(stamp);

  useEffect(() => {
    if (drawn.current === stamp) return;
    drawn.current = stamp;
    const aborter = new AbortController();
    const refresh = async () => {
      const answer = await fetch(`/api/apps/${appId}/deploys?limit=10`, { signal: aborter.signal });
      if (!answer.ok) return;
      const { deploys } = await answer.json() as { deploys: DeployView[] };
      setList({ deploys: deploys.slice(0, 10), now: Date.now() });
    };
    // The list is history: if it cannot be had now, the next change asks again.
    refresh().catch(() => {});
    return () => aborter.abort();
  }, [appId, stamp]);

  return (
    <section class="card stack" aria-labelledby="deploys">
      <h2 id="deploys">Deploys</h2>
      <DeployList deploys={list.deploys} repository={repository} now={list.now} />
    </section>
  );
}
