/** The vocabulary of the connection machine: what it knows, what it is told, what it asks for. */
import type { PreviewState, StopReason } from "../protocol/states.ts";
import type { Closing, Refusal } from "./closing.ts";

/** In the order in which they are tried (A21). */
export const TRANSPORTS = ["websocket", "sse", "json"] as const;
export type TransportName = typeof TRANSPORTS[number];

/** What a person is told. `paused`: hidden while the app sleeps. `error`: gave up. `refused`: will not come back alone. */
export type Phase = "connecting" | "live" | "reconnecting" | "paused" | "error" | "refused";

/** What the machine is busy with. `off` covers paused, error, refused and disposed. */
export type Stage = "off" | "ticket" | "opening" | "open" | "waiting";

export interface ConnectionState {
  readonly phase: Phase;
  readonly stage: Stage;
  readonly refusal: Refusal | null;
  /** the transport in use, or tried last */
  readonly transport: TransportName;
  /** the transport to begin the next round with */
  readonly preferred: TransportName;
  /** retries since the connection was last stable */
  readonly attempt: number;
  /** ms since 1970 while `waiting`, else null */
  readonly retryAt: number | null;
  /** The server asked to stay away until then; no return to the tab may cut that short. */
  readonly notBefore: number;
  /** when the server was last heard, ms since 1970 */
  readonly heardAt: number;
  /** open for long enough to forget earlier failures */
  readonly stable: boolean;
  /** a bad ticket was replaced at once since the last stable connection: the next one counts */
  readonly ticketRenewed: boolean;
  readonly cursorForgotten: boolean;
  readonly visible: boolean;
  readonly offline: boolean;
  readonly asleep: boolean;
  readonly disposed: boolean;
}

export type TimerName = "patience" | "retry" | "stable" | "watchdog" | "pause";

export type Input =
  | { readonly type: "connect" }
  | { readonly type: "ticket-received"; readonly ticket: string }
  | { readonly type: "ticket-failed"; readonly status?: number; readonly retryAfterMs?: number }
  | { readonly type: "opened" }
  /** Bytes came, a keepalive included. */
  | { readonly type: "received" }
  | { readonly type: "closed" } & Closing
  /** The server's `reconnect` event. */
  | { readonly type: "reconnect"; readonly afterMs: number }
  | { readonly type: "stopped"; readonly reason: StopReason }
  | { readonly type: "status"; readonly state: PreviewState }
  | { readonly type: "timer"; readonly name: TimerName }
  | { readonly type: "online" | "offline" | "visible" | "hidden" | "retry-clicked" | "dispose" };

export type Effect =
  | { readonly type: "fetch-ticket" }
  | { readonly type: "open"; readonly transport: TransportName; readonly ticket: string }
  /** Ends the ticket's request or the connection, whichever there is; nothing more may be heard from it. */
  | { readonly type: "close" }
  /** Replaces a running timer of that name. */
  | { readonly type: "start-timer"; readonly name: TimerName; readonly ms: number }
  | { readonly type: "cancel-timer"; readonly name: TimerName }
  | { readonly type: "remember-transport"; readonly transport: TransportName }
  | { readonly type: "forget-cursor" };

export interface Start {
  readonly visible?: boolean;
  readonly asleep?: boolean;
  readonly transport?: TransportName;
}

/** Before `connect`. */
export function initialState({ visible = true, asleep = false, transport = "websocket" }: Start = {}) {
  const state: ConnectionState = {
    phase: "connecting",
    stage: "off",
    refusal: null,
    transport,
    preferred: transport,
    attempt: 0,
    retryAt: null,
    notBefore: 0,
    heardAt: 0,
    stable: false,
    ticketRenewed: false,
    cursorForgotten: false,
    visible,
    offline: false,
    asleep,
    disposed: false,
  };
  return state;
}
