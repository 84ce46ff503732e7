import type { PreviewState } from "../lib/protocol/states.ts";
import { type Action, ACTION_WORDS, actionsIn } from "./preview_actions.ts";

interface ActionBarProps {
  appId: string;
  state: PreviewState;
  /** The action that is on its way to the server. */
  busy: Action | null;
  onAction: (action: Action) => void;
}

/** What can be done now. While one action is on its way no other is taken. */
export function ActionBar({ appId, state, busy, onAction }: ActionBarProps) {
  return (
    <div class="actions">
      {actionsIn(state).map((action) => (
        <button
          key={action}
          type="button"
          class="button"
          // Not `disabled`: that would take the focus away from whoever pressed it with the keyboard.
          aria-disabled={busy !== null}
          onClick={() => busy === null && onAction(action)}
        >
          {ACTION_WORDS[action]}
        </button>
      ))}
      <a class="button" href={`/apps/${appId}/settings`}>Settings</a>
    </div>
  );
}
