/** One small client for each transport, all with the same face, written from the SPEC and not from lib/client. */
import { createParser } from "eventsource-parser";
import type { WireEvent } from "../../lib/protocol/events.ts";
import { offerTicket } from "../../lib/protocol/ticket.ts";

export interface Ask {
  /** The endpoint, `http://127.0.0.1:1234/api/apps/demo/events`. */
  readonly url: string;
  readonly cursor?: string | null;
  /** Called for each request: a ticket is good for one. */
  readonly ticket?: () => Promise<string>;
  readonly headers?: Record<string, string>;
}

/** How it ended: an HTTP status, or a close code less 4000; 200 for a friendly end. `code` is the problem's. */
export interface End {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
}

export interface Stream {
  readonly events: WireEvent[];
  /** Resolves as soon as something came that makes it true. @throws Error where the stream ended before, or after 15 s */
  until(met: (events: readonly WireEvent[]) => boolean): Promise<void>;
  readonly ended: Promise<End>;
  /** Goes away without a word. */
  abort(): Promise<void>;
}

export interface Client {
  readonly name: "WebSocket" | "SSE" | "JSON";
  open(ask: Ask): Stream;
}

class Received {
  readonly events: WireEvent[] = [];
  readonly #end = Promise.withResolvers<End>();
  readonly ended = this.#end.promise;
  #looks = new Set<() => void>();
  #over: End | null = null;

  add(events: readonly WireEvent[]): void {
    this.events.push(...events);
    for (const look of this.#looks) look();
  }

  end(end: End): void {
    this.#over ??= end;
    this.#end.resolve(end);
    for (const look of this.#looks) look();
  }

  until = (met: (events: readonly WireEvent[]) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string) =>
        done(() =>
          reject(
            new Error(`${why} after ${this.events.length} events, ${JSON.stringify(this.events.at(-1))}`),
          )
        );
      const late = setTimeout(() => fail("Cannot wait any longer"), 15_000);
      const done = (settle: () => void) => {
        clearTimeout(late);
        this.#looks.delete(look);
        settle();
      };
      const look = () => {
        if (met(this.events)) done(resolve);
        else if (this.#over) fail(`Ended with ${JSON.stringify(this.#over)}`);
      };
      this.#looks.add(look);
      look();
    });
}

const withCursor = (url: string, cursor: string | null | undefined, more = "") =>
  `${url}?${cursor ? `after=${encodeURIComponent(cursor)}&` : ""}${more}`;

async function refusal(res: Response): Promise<End> {
  const { code = "", detail } = await res.json().catch(() => ({}));
  return { status: res.status, code, ...(detail === undefined ? {} : { detail }) };
}

export const overWebSocket: Client = {
  name: "WebSocket",
  open({ url, cursor, ticket, headers }) {
    const received = new Received();
    const opened = (async () => {
      // Deno's own options, which the browser's types do not know.
      const options = {
        protocols: ticket ? offerTicket(await ticket()) : [],
        headers,
      } as unknown as string[];
      const socket = new WebSocket(withCursor(url, cursor).replace("http", "ws"), options);
      socket.onmessage = ({ data }) => received.add(JSON.parse(data));
      socket.onclose = ({ code, reason }) =>
        received.end({
          status: code >= 4000 ? code - 4000 : code === 1000 ? 200 : code,
          code: code >= 4000 ? reason : "",
        });
      socket.onerror = () => {};
      return socket;
    })();
    return {
      events: received.events,
      until: received.until,
      ended: received.ended,
      async abort() {
        (await opened).close();
        await received.ended;
      },
    };
  },
};

export const overSse: Client = {
  name: "SSE",
  open({ url, cursor, ticket, headers }) {
    const received = new Received();
    const controller = new AbortController();
    const parser = createParser({
      onEvent: ({ id, data }) => received.add([{ ...JSON.parse(data), ...(id ? { id } : {}) }]),
    });
    (async () => {
      const res = await fetch(url, {
        headers: {
          accept: "text/event-stream",
          ...(cursor ? { "last-event-id": cursor } : {}),
          ...(ticket ? { authorization: `Bearer ${await ticket()}` } : {}),
          ...headers,
        },
        signal: controller.signal,
      });
      if (!res.ok) return received.end(await refusal(res));
      for await (const text of res.body!.pipeThrough(new TextDecoderStream())) parser.feed(text);
      received.end({ status: 200, code: "" });
    })().catch(() => received.end({ status: 0, code: "" }));
    return {
      events: received.events,
      until: received.until,
      ended: received.ended,
      async abort() {
        controller.abort();
        await received.ended;
      },
    };
  },
};

export const overJson: Client = {
  name: "JSON",
  open({ url, cursor, ticket, headers }) {
    const received = new Received();
    const controller = new AbortController();
    (async () => {
      for (let after = cursor;;) {
        const res = await fetch(withCursor(url, after, "wait=10"), {
          headers: { ...(ticket ? { authorization: `Bearer ${await ticket()}` } : {}), ...headers },
          signal: controller.signal,
        });
        if (!res.ok) return received.end(await refusal(res));
        const { events, next } = await res.json();
        after = next;
        received.add(events);
      }
    })().catch(() => received.end({ status: 0, code: "" }));
    return {
      events: received.events,
      until: received.until,
      ended: received.ended,
      async abort() {
        controller.abort();
        await received.ended;
      },
    };
  },
};

export const CLIENTS: readonly Client[] = [overWebSocket, overSse, overJson];
