/** Somebody who follows an app over real sockets, and comes back, to whichever server answers, when a stream ends. */
import { createParser } from "eventsource-parser";
import { assertEquals } from "@std/assert";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { offerTicket } from "../../../lib/protocol/ticket.ts";
import type { StoredDeploy } from "./house.ts";
import { until } from "../../support/until.ts";

export interface ViewerOptions {
  readonly appId: string;
  readonly transport: "sse" | "websocket";
  /** Where to connect the n-th time. */
  readonly url: (attempt: number) => string;
  readonly ticket: (appId: string, url: string) => Promise<string>;
}

export interface Seen {
  readonly event: WireEvent;
  /** `performance.now()` */
  readonly at: number;
}

export interface Viewer {
  /** All but `reconnect`, over all streams. */
  readonly seen: readonly Seen[];
  /** Milliseconds after which to come back, as told by each stream that said so. */
  readonly farewells: readonly number[];
  /** Streams that ended without a word. */
  readonly cut: number;
  /** Streams that brought something. */
  readonly streams: number;
  /** Waits for a first event that fits. @returns it */
  sees(what: string, fits: (event: WireEvent) => boolean, within?: number): Promise<Seen>;
  /** `<deployId>:<line>` of all lines, in the order in which they came. */
  lines(deployId?: string): { deployId: string; line: number; message: string }[];
  close(): Promise<void>;
}

export function follow({ appId, transport, url, ticket }: ViewerOptions): Viewer {
  const seen: Seen[] = [];
  const farewells: number[] = [];
  let cut = 0;
  let streams = 0;
  let cursor: string | undefined;
  let ending = false;
  let hangUp = () => {};
  let told = false;

  function receive(event: WireEvent): void {
    if (event.type === "reconnect") {
      farewells.push(event.payload.afterMs);
      told = true;
      return;
    }
    if (event.id !== undefined) cursor = event.id;
    seen.push({ event, at: performance.now() });
  }

  const address = (base: string) =>
    `${base}/api/apps/${appId}/events${cursor === undefined ? "" : `?after=${encodeURIComponent(cursor)}`}`;

  async function listenSse(base: string): Promise<void> {
    const aborter = new AbortController();
    hangUp = () => aborter.abort();
    const answer = await fetch(address(base), {
      headers: { accept: "text/event-stream", authorization: `Bearer ${await ticket(appId, base)}` },
      signal: aborter.signal,
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    streams++;
    const parser = createParser({
      onEvent: ({ id, data }) => receive({ ...JSON.parse(data), ...(id ? { id } : {}) }),
    });
    const reader = answer.body!.getReader();
    // Not by the signal: a long stream's may have been collected by then.
    hangUp = () => void reader.cancel().catch(() => {});
    if (ending) hangUp();
    const decoder = new TextDecoder();
    for (let read; !(read = await reader.read()).done;) {
      parser.feed(decoder.decode(read.value, { stream: true }));
    }
  }

  async function listenSocket(base: string): Promise<void> {
    const offer = offerTicket(await ticket(appId, base));
    if (ending) return;
    const socket = new WebSocket(address(base).replace("http", "ws"), offer);
    hangUp = () => socket.close();
    socket.onopen = () => streams++;
    socket.onmessage = ({ data }) => {
      for (const event of JSON.parse(data) as WireEvent[]) receive(event);
    };
    socket.onerror = () => {};
    await new Promise<void>((closed) => socket.onclose = () => closed());
  }

  const following = (async () => {
    for (let attempt = 0; !ending; attempt++) {
      told = false;
      const before = streams;
      try {
        await (transport === "sse" ? listenSse : listenSocket)(url(attempt));
      } catch {
        // Refused, or cut: comes back as after any other end.
      }
      if (ending) return;
      if (!told && streams > before) cut++;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, told ? farewells.at(-1)! : 200);
        hangUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();

  return {
    seen,
    farewells,
    get cut() {
      return cut;
    },
    get streams() {
      return streams;
    },
    sees: (what, fits, within = 20_000) =>
      until(`a viewer sees ${what}`, () => seen.find(({ event }) => fits(event)), {
        within,
        every: 10,
        about: () => `${transport}: ${streams} streams, ${cut} cut, told ${farewells}\n${summary(seen)}`,
      }),
    lines: (deployId) =>
      seen.flatMap(({ event }) =>
        event.type === "log" && (deployId === undefined || event.payload.deployId === deployId)
          ? [{ deployId: event.payload.deployId, line: event.payload.line, message: event.payload.message }]
          : []
      ),
    async close() {
      ending = true;
      hangUp();
      await following;
    },
  };
}

const summary = (seen: readonly Seen[]) =>
  seen.slice(-30).map(({ event }) =>
    `${event.id ?? "-"} ${event.type} ${JSON.stringify(event.payload).slice(0, 120)}`
  )
    .join("\n");

/**
 * X1: a viewer who was there from the beginning saw all lines of these deploys, each log in order and without a repeat,
 * and no event before an earlier one. Lines that an app says just now are on their way.
 */
export async function sawAll(viewer: Viewer, deploys: readonly StoredDeploy[], who: string): Promise<void> {
  for (const { id, lines } of deploys) {
    await until(`${who} has the whole log`, () => viewer.lines(id).length >= lines.length, {
      about: () => `${viewer.lines(id).length} of ${lines.length} lines, ${viewer.streams} streams`,
    });
    const seen = viewer.lines(id);
    assertEquals(
      seen.map(({ line }) => line),
      seen.map((_, i) => i),
      `${who}: the numbers of the lines of ${id}`,
    );
    assertEquals(
      seen.slice(0, lines.length).map(({ message }) => message),
      lines,
      `${who}: the log of ${id}`,
    );
  }
  const revs = viewer.seen.flatMap(({ event: { id } }) => id === undefined ? [] : [Number(id.split("~")[0])]);
  assertEquals(revs, revs.toSorted((a, b) => a - b), `${who}: the order of events`);
}

export const all = (viewers: readonly Viewer[], ...[what, fits, within]: Parameters<Viewer["sees"]>) =>
  Promise.all(viewers.map((viewer) => viewer.sees(what, fits, within)));

export const isState = (state: string) => (event: WireEvent) =>
  event.type === "status" && event.payload.state === state;

export const isLost = (event: WireEvent) =>
  event.type === "container-stopped" && event.payload.reason === "lost";

/** Some way into what `untilTold` prints. */
export const isStep = (event: WireEvent) =>
  event.type === "log" && event.payload.message.startsWith("step 3 of run ");
