import { useEffect, useState } from "preact/hooks";
import type { ConnectionView } from "../lib/client/connection_view.ts";
import { Badge } from "../components/Badge.tsx";
import { connectionWords } from "../components/connection_words.ts";

interface ConnectionStatusProps {
  view: ConnectionView;
  onRetry: () => void;
}

/** How the page hears of changes, with a countdown while it waits and a button where waiting is optional (A20). */
export default function ConnectionStatus({ view, onRetry }: ConnectionStatusProps) {
  const [, tick] = useState(0);
  const waits = view.retryAt !== null;

  useEffect(() => {
    if (!waits) return;
    const ticks = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(ticks);
  }, [waits]);

  const words = connectionWords(view, Date.now());
  return (
    <>
      <Badge word={words} />
      {words.sentence && <span class="muted">{words.sentence}</span>}
      {words.mayRetry && <button type="button" class="button button-small" onClick={onRetry}>Retry</button>}
      {/* The message has no countdown: a screen reader must not read every second. */}
      <span class="visually-hidden" role="status">{view.message}</span>
    </>
  );
}
