import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { drawnRows } from "../components/log_keys.ts";
import { Icon } from "../components/Icon.tsx";
import { LogLine } from "../components/LogLine.tsx";
import type { LogRow } from "../lib/client/log_rows.ts";

/** Pixels from the end within which the panel still follows it: a line's height, so that a touch does not stop it. */
const NEAR_END = 24;

interface LogPanelProps {
  /** A signal, so that a burst of lines draws this panel and nothing else. Null until the page is connected. */
  rows: ReadonlySignal<readonly LogRow[]> | null;
}

/** Build and app output as it comes. It follows the end until somebody scrolls up to read. */
export default function LogPanel({ rows }: LogPanelProps) {
  const view = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const all = rows?.value ?? [];
  const drawn = drawnRows(all);
  const lines = all.reduce((count, row) => row.kind === "line" ? count + 1 : count, 0);

  const toEnd = () => {
    if (view.current) view.current.scrollTop = view.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (following) toEnd();
  }, [all, following]);

  const look = (
    { currentTarget: { scrollHeight, scrollTop, clientHeight } }: { currentTarget: HTMLElement },
  ) => setFollowing(scrollHeight - scrollTop - clientHeight <= NEAR_END);

  return (
    <section class="log" aria-labelledby="log-title">
      <div class="log-head">
        <h2 id="log-title">Log</h2>
        <span class="log-count">{lines === 1 ? "1 line" : `${lines} lines`}</span>
      </div>
      {
        /* Not announced line by line: hundreds come within a second, and the state is announced beside the title. It can
          take the focus, so that the arrow keys scroll it. */
      }
      <div
        class="log-rows"
        ref={view}
        role="log"
        aria-live="off"
        aria-labelledby="log-title"
        tabIndex={0}
        onScroll={look}
      >
        {drawn.length === 0 && (
          <p class="log-empty">Output appears here while the app is built and while it runs.</p>
        )}
        {all.length > drawn.length && <p class="log-mark">Earlier lines are not drawn here.</p>}
        {drawn.map(({ key, row }) => <LogLine key={key} row={row} />)}
      </div>
      {!following && (
        <button
          type="button"
          class="button button-small log-jump"
          onClick={() => setFollowing(true)}
        >
          <Icon name="down" />
          Jump to end
        </button>
      )}
    </section>
  );
}
