import type { Pane } from "../lib/client/pane.ts";
import { PaneNote } from "./PaneNote.tsx";
import { STOP_WORDS } from "./words.ts";

interface PaneMessageProps {
  /** Any pane but the running one, which is a frame. */
  pane: Exclude<Pane, { name: "running" }>;
  pendingBuild: boolean;
  /** Where an earlier version still answers. */
  servedAt?: string;
  onResume: () => void;
  onBuild: () => void;
}

/** What the page says while there is no preview to look at, and what to do about it (A23). */
export function PaneMessage({ pane, pendingBuild, servedAt, onResume, onBuild }: PaneMessageProps) {
  switch (pane.name) {
    case "error":
      return (
        <PaneNote icon="alert" title="This did not work" bad>
          <pre class="pane-message" tabIndex={0}>{pane.message}</pre>
          <div class="actions">
            <button type="button" class="button button-primary" onClick={onBuild}>Build again</button>
            {servedAt && (
              <a class="button" href={servedAt} target="_blank" rel="noopener">Open the earlier version</a>
            )}
          </div>
        </PaneNote>
      );
    case "sleeping":
      return (
        <PaneNote icon="moon" title="Sleeping">
          <p class="muted">
            {pane.reason ? `The preview was stopped ${STOP_WORDS[pane.reason]}.` : "Nothing runs just now."}
            {pendingBuild && " A newer commit is waiting to be built."}
          </p>
          <button type="button" class="button button-primary" onClick={onResume}>Resume</button>
        </PaneNote>
      );
    case "generating":
      return (
        <PaneNote icon="spark" title="Generating">
          <p class="muted">The app’s code is being written. The preview starts when it is pushed.</p>
        </PaneNote>
      );
    case "building":
      return (
        <section class="pane-note">
          <span class="spinner" />
          <h2>Building</h2>
          <p class="muted">The preview appears here as soon as it answers. The log shows how it goes.</p>
        </section>
      );
    case "idle":
      return (
        <PaneNote icon="wait" title="Nothing runs yet">
          <p class="muted">
            {pendingBuild
              ? "A commit is waiting to be built."
              : "Push a commit, or build the branch as it is."}
          </p>
          <button type="button" class="button button-primary" onClick={onBuild}>Build now</button>
        </PaneNote>
      );
  }
}
