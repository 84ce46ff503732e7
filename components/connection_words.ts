/** What the badge says about the event stream. */
import type { ConnectionView } from "../lib/client/connection_view.ts";
import type { Word } from "./words.ts";

export interface ConnectionWords extends Word {
  /** A sentence to stand beside the badge where a word is not enough. */
  readonly sentence: string | null;
  /** Whether a click may begin again (A20). */
  readonly mayRetry: boolean;
}

const TRANSPORT_WORDS = { websocket: "WebSocket", sse: "SSE", json: "polling" } as const;

/** @param now milliseconds since 1970; decides the seconds of the countdown */
export function connectionWords(view: ConnectionView, now: number): ConnectionWords {
  const calm = { sentence: null, mayRetry: false };
  const trouble = { sentence: view.message, mayRetry: true };
  switch (view.phase) {
    case "live":
      return { ...calm, text: `Live via ${TRANSPORT_WORDS[view.transport]}`, tone: "good" };
    case "connecting":
      return { ...calm, text: "Connecting", tone: "busy" };
    case "paused":
      return { ...calm, text: "Paused while asleep", tone: "quiet" };
    case "reconnecting":
      if (view.retryAt === null) return { ...calm, text: "Reconnecting", tone: "busy" };
      return { ...trouble, text: `Reconnecting in ${secondsUntil(view.retryAt, now)} s`, tone: "busy" };
    case "error":
      return { ...trouble, text: "Not connected", tone: "bad" };
    case "refused":
      return { ...trouble, text: "Refused", tone: "bad" };
  }
}

/** Never "0 s": the moment itself belongs to the next state. */
const secondsUntil = (at: number, now: number) => Math.max(1, Math.ceil((at - now) / 1000));
