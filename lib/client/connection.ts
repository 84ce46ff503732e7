/** Decides when to connect, by which transport, and when to leave it (A20 to A22). Acts on nothing itself. */
import { backoff, MAX_RETRIES } from "./backoff.ts";
import { type Closing, refusalOfTicket, verdictOf } from "./closing.ts";
import {
  type ConnectionState,
  type Effect,
  type Input,
  type TimerName,
  TRANSPORTS,
} from "./connection_state.ts";

/**
 * A handshake, or the first bytes after it, may take so long before the next transport is tried (A21). The server
 * speaks at once, with an empty frame or a comment where a resumed stream has nothing to tell.
 */
const FIRST_BYTE_MS = 3_000;
/** The ticket, and the last transport, have nothing to fall back to: they get longer. */
const LAST_RESORT_MS = 15_000;
const STABLE_MS = 10_000;
/** The server is heard at least every 25 s (A11). */
const SILENCE_MS = 55_000;
/** The watchdog looks this often, so that a death during a closed lid is seen soon after it opens. */
const LOOK_MS = 15_000;
/** The status that follows a `container-stopped` shall still arrive, and a glance at another tab cost nothing. */
const PAUSE_MS = 1_000;
/** No `Retry-After` keeps a client away longer. */
const LONGEST_ORDER_MS = 600_000;

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

/** @param at the moment: `now` in ms since 1970, `random` from 0 up to 1 */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

export function step(state: ConnectionState, input: Input, at: Moment): Step {
  if (state.disposed) return same(state);
  switch (input.type) {
    case "connect":
      return state.stage === "off" ? begin(state) : same(state);
    case "ticket-received":
      return state.stage === "ticket" ? open(state, input.ticket) : same(state);
    case "ticket-failed":
      return state.stage === "ticket" ? ticketFailed(state, input, at) : same(state);
    case "opened":
      return state.stage === "opening" ? { state, effects: [patience(state)] } : same(state);
    case "received":
      return received(state, at);
    case "closed":
      return isUp(state) ? closed(state, input, at) : same(state);
    case "reconnect":
      return isUp(state) ? comeBack(state, input.afterMs, at) : same(state);
    case "stopped":
      return input.reason === "replaced" ? same(state) : nap({ ...state, asleep: true });
    case "status":
      return nap({ ...state, asleep: input.state === "sleeping" });
    case "hidden":
      return nap({ ...state, visible: false });
    case "visible":
      return state.visible ? same(state) : visible({ ...state, visible: true }, at);
    case "offline":
      return same({ ...state, offline: true });
    case "online":
      return hurry({ ...state, offline: false }, at);
    case "retry-clicked":
      return state.stage === "off" || state.stage === "waiting" ? begin(state) : same(state);
    case "timer":
      return timer(state, input.name, at);
    case "dispose":
      return { state: { ...off(state, "paused"), disposed: true }, effects: allDown };
  }
}

const same = (state: ConnectionState): Step => ({ state, effects: [] });
const start = (name: TimerName, ms: number): Effect => ({ type: "start-timer", name, ms });
const cancel = (name: TimerName): Effect => ({ type: "cancel-timer", name });

const isUp = (state: ConnectionState) => state.stage === "opening" || state.stage === "open";
const asleepUnseen = (state: ConnectionState) => state.asleep && !state.visible;

const down: readonly Effect[] = [
  { type: "close" },
  cancel("patience"),
  cancel("stable"),
  cancel("watchdog"),
  cancel("retry"),
];
const allDown: readonly Effect[] = [...down, cancel("pause")];

function off(state: ConnectionState, phase: ConnectionState["phase"]): ConnectionState {
  return { ...state, phase, stage: "off", retryAt: null, stable: false };
}

/** All counters from zero: a first connect, or a new beginning after the client gave up or was clicked. */
function begin(state: ConnectionState): Step {
  const fresh = { ...state, attempt: 0, ticketRenewed: false, cursorForgotten: false, notBefore: 0 };
  if (asleepUnseen(fresh)) return pause(fresh);
  return fetchTicket({ ...fresh, phase: "connecting", refusal: null }, fresh.preferred);
}

/** Every connect begins here, because a ticket is good for one only (X7). */
function fetchTicket(state: ConnectionState, transport: ConnectionState["transport"]): Step {
  const phase = state.phase === "reconnecting" ? "reconnecting" : "connecting";
  return {
    state: { ...state, phase, stage: "ticket", transport, retryAt: null, stable: false },
    effects: [...down, { type: "fetch-ticket" }, start("patience", LAST_RESORT_MS)],
  };
}

function open(state: ConnectionState, ticket: string): Step {
  return {
    state: { ...state, stage: "opening" },
    effects: [{ type: "open", transport: state.transport, ticket }, patience(state)],
  };
}

const patience = (state: ConnectionState) =>
  start("patience", state.transport === "json" ? LAST_RESORT_MS : FIRST_BYTE_MS);

function received(state: ConnectionState, { now }: Moment): Step {
  if (state.stage === "open") return same({ ...state, heardAt: now });
  if (state.stage !== "opening") return same(state);
  const effects: Effect[] = [cancel("patience"), start("stable", STABLE_MS), start("watchdog", LOOK_MS)];
  effects.push({ type: "remember-transport", transport: state.transport });
  return {
    state: { ...state, stage: "open", phase: "live", preferred: state.transport, heardAt: now, notBefore: 0 },
    effects,
  };
}

function ticketFailed(
  state: ConnectionState,
  { status, retryAfterMs }: { status?: number; retryAfterMs?: number },
  at: Moment,
): Step {
  const refusal = refusalOfTicket(status);
  return refusal ? refuse(state, refusal) : fail(state, at, retryAfterMs);
}

function closed(state: ConnectionState, closing: Closing, at: Moment): Step {
  const verdict = verdictOf(closing);
  switch (verdict) {
    case "new-ticket":
      if (state.ticketRenewed) return fail(state, at);
      return fetchTicket({ ...state, ticketRenewed: true }, state.transport);
    case "no-cursor": {
      if (state.cursorForgotten) return fail(state, at);
      const again = fetchTicket({ ...state, cursorForgotten: true }, state.transport);
      return { state: again.state, effects: [{ type: "forget-cursor" }, ...again.effects] };
    }
    case "back-off":
      return fail(state, at, closing.retryAfterMs);
    case "lost":
      return state.stage === "opening" ? fallBack(state, at) : fail(state, at, closing.retryAfterMs);
    default:
      return refuse(state, verdict);
  }
}

function refuse(state: ConnectionState, refusal: ConnectionState["refusal"]): Step {
  return { state: { ...off(state, "refused"), refusal }, effects: allDown };
}

/** Nothing was ever heard: the next transport may get through where this one is blocked. */
function fallBack(state: ConnectionState, at: Moment): Step {
  const next = TRANSPORTS[TRANSPORTS.indexOf(state.transport) + 1];
  if (next) return fetchTicket(state, next);
  // All were silent, so what worked earlier says nothing any more.
  return fail({ ...state, preferred: TRANSPORTS[0] }, at);
}

/** One more failure; after the last one only the network, the person or a click may begin again (S7, S9). */
function fail(state: ConnectionState, { now, random }: Moment, orderMs = 0): Step {
  if (asleepUnseen(state)) return pause(state);
  if (state.attempt >= MAX_RETRIES) return { state: off(state, "error"), effects: allDown };
  const order = Math.min(orderMs, LONGEST_ORDER_MS);
  const ms = Math.max(backoff(state.attempt, random), order);
  return wait({ ...state, attempt: state.attempt + 1, notBefore: now + order }, ms, now);
}

/**
 * The server plans to close: no failure. But one that always says "at once" must not be able to make its clients
 * spin, so a connection that was not yet stable waits as before a first retry.
 */
function comeBack(state: ConnectionState, afterMs: number, { now, random }: Moment): Step {
  const ms = Math.min(Math.max(afterMs, state.stable ? 0 : backoff(0, random)), LONGEST_ORDER_MS);
  return wait({ ...state, notBefore: now + ms }, ms, now);
}

function wait(state: ConnectionState, ms: number, now: number): Step {
  return {
    state: { ...state, phase: "reconnecting", stage: "waiting", retryAt: now + ms, stable: false },
    effects: [...down, start("retry", ms)],
  };
}

/** A22: a hidden tab of a sleeping app is no viewer. */
function nap(state: ConnectionState): Step {
  if (!asleepUnseen(state)) return { state, effects: [cancel("pause")] };
  return state.stage === "off" ? same(state) : { state, effects: [start("pause", PAUSE_MS)] };
}

function pause(state: ConnectionState): Step {
  return { state: off(state, "paused"), effects: allDown };
}

function visible(state: ConnectionState, at: Moment): Step {
  if (state.stage === "off" && state.phase === "paused") return begin(state);
  const next = hurry(state, at);
  return { state: next.state, effects: [cancel("pause"), ...next.effects] };
}

/** The network or the person is back: whatever was waiting need not wait longer, unless the server asked for it. */
function hurry(state: ConnectionState, { now }: Moment): Step {
  if (state.stage === "off") return state.phase === "error" ? begin(state) : same(state);
  if (state.stage === "waiting") {
    return now < state.notBefore ? same(state) : fetchTicket(state, state.preferred);
  }
  const dead = state.stage === "open" && now - state.heardAt >= SILENCE_MS;
  return dead ? fetchTicket({ ...state, phase: "reconnecting" }, state.preferred) : same(state);
}

function timer(state: ConnectionState, name: TimerName, at: Moment): Step {
  switch (name) {
    case "retry":
      return state.stage === "waiting" ? fetchTicket(state, state.preferred) : same(state);
    case "patience":
      if (state.stage === "ticket") return fail(state, at);
      return state.stage === "opening" ? fallBack(state, at) : same(state);
    case "stable":
      if (state.stage !== "open") return same(state);
      return same({ ...state, stable: true, attempt: 0, ticketRenewed: false, cursorForgotten: false });
    case "watchdog":
      return state.stage === "open" ? look(state, at) : same(state);
    case "pause":
      return asleepUnseen(state) && state.stage !== "off" ? pause(state) : same(state);
  }
}

/** By the wall clock: timers stand still while a lid is closed, and the server has gone on without us. */
function look(state: ConnectionState, at: Moment): Step {
  // A clock that was set back must not make the silence look shorter for ever.
  const heardAt = Math.min(state.heardAt, at.now);
  const silence = at.now - heardAt;
  if (silence >= SILENCE_MS) return fail(state, at);
  return {
    state: { ...state, heardAt },
    effects: [start("watchdog", Math.min(LOOK_MS, SILENCE_MS - silence))],
  };
}
