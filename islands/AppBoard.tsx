import { useEffect, useState } from "preact/hooks";
import type { AppSummary } from "../lib/protocol/api.ts";
import { AppList } from "../components/AppList.tsx";

/** milliseconds */
const REFRESH_EVERY = 5000;

interface AppBoardProps {
  initial: AppSummary[];
  /** The server's time when it drew the page. */
  now: number;
}

/** The list of previews, kept fresh while somebody can see it. */
export default function AppBoard({ initial, now }: AppBoardProps) {
  const [board, setBoard] = useState({ apps: initial, now });

  useEffect(() => {
    const aborter = new AbortController();
    const refresh = async () => {
      if (document.visibilityState === "hidden") return;
      try {
        const answer = await fetch("/api/apps", { signal: aborter.signal });
        if (!answer.ok) return;
        const { apps } = await answer.json() as { apps: AppSummary[] };
        setBoard({ apps, now: Date.now() });
      } catch {
        // The list stays as it is until the server can be reached again.
      }
    };
    const timer = setInterval(refresh, REFRESH_EVERY);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      aborter.abort();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, []);

  return <AppList apps={board.apps} now={board.now} />;
}
