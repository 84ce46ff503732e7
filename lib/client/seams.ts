/** What the connection takes from its surroundings; tests put their own in place. */
import type { TransportName } from "./connection_state.ts";
import { browserPage, type Page } from "./page.ts";
import { tabMemory, type TransportMemory } from "./transport_memory.ts";
import type { Transport } from "./transport.ts";
import { json } from "./transports/json.ts";
import { sse } from "./transports/sse.ts";
import { websocket } from "./transports/websocket.ts";

/** Calls back once after so many ms, unless cancelled. */
export interface Timers {
  start(ms: number, callback: () => void): unknown;
  cancel(timer: unknown): void;
}

export interface Seams {
  readonly fetch: typeof fetch;
  readonly transports: Readonly<Record<TransportName, Transport>>;
  readonly page: Page;
  readonly memory: TransportMemory;
  readonly timers: Timers;
  /** ms since 1970 */
  now(): number;
  /** from 0 up to 1 */
  random(): number;
}

/** The globals are looked up at each call, so that a test may replace them. */
export const realSeams: Seams = {
  fetch: (...args) => globalThis.fetch(...args),
  transports: { websocket, sse, json },
  page: browserPage,
  memory: tabMemory,
  timers: {
    start: (ms, callback) => setTimeout(callback, ms),
    cancel: (timer) => clearTimeout(timer as number),
  },
  now: () => Date.now(),
  random: () => Math.random(),
};
