/** The connection in words for people. */
import { MAX_RETRIES } from "./backoff.ts";
import type { Refusal } from "./closing.ts";
import type { ConnectionState, Phase, TransportName } from "./connection_state.ts";

export interface ConnectionView {
  readonly phase: Phase;
  /** The transport in use, or tried last. */
  readonly transport: TransportName;
  /** Which retry of 8 is running or awaited; 0 where nothing failed. */
  readonly attempt: number;
  /** ms since 1970, while a retry is awaited. */
  readonly retryAt: number | null;
  /** One sentence, without the seconds left: whoever shows those counts down to `retryAt`. */
  readonly message: string;
}

const REFUSALS: Record<Refusal, string> = {
  "signed-out": "You are signed out. Sign in again, then retry.",
  forbidden: "This page may not follow the app. Ask the operator to allow it.",
  gone: "There is no such app, or it is not yours.",
};

export function viewOf(state: ConnectionState): ConnectionView {
  const { phase, transport, attempt, retryAt } = state;
  return { phase, transport, attempt, retryAt, message: messageOf(state) };
}

/** Whether people would see a difference; frames that merely arrive make none. */
export function sameView(a: ConnectionState, b: ConnectionState): boolean {
  return a.phase === b.phase && a.transport === b.transport && a.attempt === b.attempt &&
    a.retryAt === b.retryAt && a.refusal === b.refusal && a.offline === b.offline;
}

function messageOf({ phase, attempt, refusal, offline }: ConnectionState): string {
  switch (phase) {
    case "connecting":
      return "Connecting.";
    case "live":
      return "Live.";
    case "reconnecting":
      if (offline) return "You are offline. Wakelight connects again when the network is back.";
      return attempt === 0 ? "Reconnecting." : `Connection lost. Retry ${attempt} of ${MAX_RETRIES}.`;
    case "paused":
      return "Paused while the app sleeps and this tab is hidden.";
    case "error":
      return offline ? "You are offline." : "The server cannot be reached.";
    case "refused":
      return refusal ? REFUSALS[refusal] : "The server refused the connection.";
  }
}
