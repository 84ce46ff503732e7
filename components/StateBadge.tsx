import type { PreviewState } from "../lib/protocol/states.ts";
import { Badge } from "./Badge.tsx";
import { STATE_WORDS } from "./words.ts";

/** What a preview is doing (A7), and whether a newer commit waits for somebody to look. */
export function StateBadge({ state, pendingBuild }: { state: PreviewState; pendingBuild: boolean }) {
  return (
    <span class="badges">
      <Badge word={STATE_WORDS[state]} />
      {pendingBuild && state !== "building" && <Badge word={{ text: "New commit waiting", tone: "quiet" }} />}
    </span>
  );
}
