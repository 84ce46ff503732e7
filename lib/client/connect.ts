/** Follows an app's events: acts out what the connection machine decides (B6). */
import type { WireEvent } from "../protocol/events.ts";
import type { Closing } from "./closing.ts";
import { step } from "./connection.ts";
import { type Effect, initialState, type Input, type TimerName } from "./connection_state.ts";
import { type ConnectionView, sameView, viewOf } from "./connection_view.ts";
import { passOnce } from "./once.ts";
import { realSeams, type Seams } from "./seams.ts";
import { fetchTicket } from "./ticket.ts";
import type { TransportEvents } from "./transport.ts";

export interface ConnectOptions {
  readonly appId: string;
  /** Absolute address of the server; the page's own by default. */
  readonly baseUrl?: string;
  /** Asks for tickets in the name of this token instead of the page's session. */
  readonly apiToken?: string;
  /** The cursor to resume after; absent: the newest lines. */
  readonly after?: string;
  /** The app is known to sleep: a hidden tab does not even begin (A22). */
  readonly asleep?: boolean;
  /** Every event once and in order, whatever happens to the connection; `reconnect` is handled here. */
  onEvent(event: WireEvent): void;
  /** At every change that people would see. */
  onView?(view: ConnectionView): void;
  readonly seams?: Partial<Seams>;
}

export interface EventsConnection {
  readonly view: ConnectionView;
  /** The place after the last event that was passed on. */
  readonly cursor: string | undefined;
  /** Begins again at once where it gave up, was refused, or waits. */
  retry(): void;
  /** For good. Nothing is called afterwards. */
  close(): void;
}

/**
 * Connects, and stays connected until `close`.
 *
 * @throws TypeError where there is neither a page nor a `baseUrl`
 */
export function connectEvents(options: ConnectOptions): EventsConnection {
  const seams: Seams = { ...realSeams, ...options.seams };
  const base = options.baseUrl ?? globalThis.location?.origin;
  if (!base) throw new TypeError("Cannot connect: outside a page baseUrl must be given");

  let state = initialState({
    visible: seams.page.visible(),
    asleep: options.asleep ?? false,
    transport: seams.memory.load() ?? "websocket",
  });
  let cursor = options.after;
  let endpoint = "";
  let current = { close() {} };
  const timers = new Map<TimerName, unknown>();
  const isNew = passOnce();

  const inputs: Input[] = [];
  let stepping = false;
  function dispatch(input: Input): void {
    inputs.push(input);
    // An effect may lead to the next input before the effects after it are done: inputs queue.
    if (stepping) return;
    stepping = true;
    try {
      for (let next; (next = inputs.shift());) {
        const before = state;
        const result = step(state, next, { now: seams.now(), random: seams.random() });
        state = result.state;
        result.effects.forEach(act);
        if (!state.disposed && !sameView(before, state)) guard(() => options.onView?.(viewOf(state)));
      }
    } finally {
      stepping = false;
    }
  }

  function act(effect: Effect): void {
    switch (effect.type) {
      case "fetch-ticket":
        return askForTicket();
      case "open":
        return open(effect.transport, effect.ticket);
      case "close": {
        const closing = current;
        current = { close() {} };
        return closing.close();
      }
      case "start-timer":
        seams.timers.cancel(timers.get(effect.name));
        timers.set(
          effect.name,
          seams.timers.start(effect.ms, () => dispatch({ type: "timer", name: effect.name })),
        );
        return;
      case "cancel-timer":
        seams.timers.cancel(timers.get(effect.name));
        timers.delete(effect.name);
        return;
      case "remember-transport":
        return seams.memory.save(effect.transport);
      case "forget-cursor":
        cursor = undefined;
    }
  }

  const newTicket = (signal: AbortSignal) =>
    fetchTicket({ base, appId: options.appId, apiToken: options.apiToken, fetch: seams.fetch, signal });

  function askForTicket(): void {
    const aborter = new AbortController();
    current = { close: () => aborter.abort() };
    newTicket(aborter.signal).then((result) => {
      if (aborter.signal.aborted) return;
      if (!result.ok) return dispatch({ type: "ticket-failed", ...result });
      endpoint = result.url;
      dispatch({ type: "ticket-received", ticket: result.ticket });
    });
  }

  function open(name: keyof Seams["transports"], ticket: string): void {
    const mine = { close() {} };
    current = mine;
    const onlyMine = <A extends unknown[]>(call: (...args: A) => void) => (...args: A) => {
      if (current === mine) call(...args);
    };
    const on: TransportEvents = {
      open: onlyMine(() => dispatch({ type: "opened" })),
      activity: onlyMine(() => dispatch({ type: "received" })),
      event: onlyMine(receive),
      cursor: onlyMine((next: string) => void (cursor = next)),
      closed: onlyMine((closing: Closing) => dispatch({ type: "closed", ...closing })),
    };
    try {
      const request = { url: endpoint, ticket, cursor, on, freshTicket: newTicket, fetch: seams.fetch };
      const stream = seams.transports[name].open(request);
      mine.close = () => stream.close();
    } catch (error) {
      // Some browsers throw where policy forbids the address, instead of failing the handshake.
      dispatch({ type: "closed", code: 1006, reason: String(error) });
    }
  }

  function receive(event: WireEvent): void {
    if (event.type === "reconnect") return dispatch({ type: "reconnect", afterMs: event.payload.afterMs });
    if (event.id !== undefined) cursor = event.id;
    if (isNew(event)) guard(() => options.onEvent(event));
    if (event.type === "container-stopped") dispatch({ type: "stopped", reason: event.payload.reason });
    if (event.type === "status") dispatch({ type: "status", state: event.payload.state });
  }

  const stopListening = seams.page.listen((change) => dispatch({ type: change }));
  dispatch({ type: "connect" });

  return {
    get view() {
      return viewOf(state);
    },
    get cursor() {
      return cursor;
    },
    retry: () => dispatch({ type: "retry-clicked" }),
    close() {
      stopListening();
      dispatch({ type: "dispose" });
    },
  };
}

/** A listener that throws is reported; the stream, whose cursor has moved on, must not suffer for it. */
function guard(call: () => void): void {
  try {
    call();
  } catch (error) {
    console.error(error);
  }
}
