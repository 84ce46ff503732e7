import { assert, assertEquals } from "@std/assert";
import type { Closing } from "../../../lib/client/closing.ts";
import { sse } from "../../../lib/client/transports/sse.ts";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { line } from "../support/events.ts";

/** Reads an answer of exactly these chunks, which a real network would join, until its end. */
async function read(
  chunks: (string | Uint8Array)[],
  headers: HeadersInit = { "Content-Type": "text/event-stream" },
) {
  const encoder = new TextEncoder();
  const body = ReadableStream.from(
    chunks.map((chunk) => typeof chunk === "string" ? encoder.encode(chunk) : chunk),
  );
  const requests: Request[] = [];
  const events: WireEvent[] = [];
  let activity = 0, opens = 0;
  const closing = await new Promise<Closing>((closed) => {
    sse.open({
      url: "https://wakelight.example/api/apps/demo/events",
      ticket: "secret",
      cursor: "7~x",
      freshTicket: () => Promise.resolve({ ok: false }),
      fetch: (...args) => {
        requests.push(new Request(...args));
        return Promise.resolve(new Response(body, { headers }));
      },
      on: {
        open: () => opens++,
        activity: () => activity++,
        event: (event) => events.push(event),
        cursor: () => {},
        closed,
      },
    });
  });
  return { events, activity, opens, closing, request: requests[0]! };
}

const data = (n: number, message?: string) => JSON.stringify(line(n, undefined, message));
const messages = (events: WireEvent[]) =>
  events.map((event) => event.type === "log" ? event.payload.message : "?");

Deno.test("S13 LF, CRLF and CR end lines alike, even where a CRLF is split between two chunks", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const whole = `id: 1${end}event: log${end}data: ${data(0)}${end}${end}id: 2${end}data: ${
      data(1)
    }${end}${end}`;
    // A single CR may be the first half of CRLF, so the last event needs one more line to be certain.
    const { events } = await read([whole, `:${end}`]);
    assertEquals(events.map(({ id }) => id), ["1", "2"], JSON.stringify(end));
  }
  const { events } = await read([`data: ${data(0)}\r`, `\n\r`, `\ndata: ${data(1)}\r\n\r\n`]);
  assertEquals(messages(events), ["line 0", "line 1"]);
});

Deno.test("S13 the space after a colon is optional and only one is taken", async () => {
  const { events } = await read([`id:1\ndata:${data(0)}\n\n`, `id: 2\ndata:  ${data(1)}\n\n`]);
  assertEquals(events.map(({ id }) => id), ["1", "2"]);
});

Deno.test("S13 data over several lines is one event", async () => {
  const pretty = JSON.stringify(line(3), null, 2).split("\n").map((part) => `data: ${part}\n`).join("");
  const { events } = await read([`id: 4\n${pretty}\n`]);
  assertEquals([messages(events), events[0]?.id], [["line 3"], "4"]);
});

Deno.test("S13 every byte may come alone, emoji and all", async () => {
  const bytes = new TextEncoder().encode(
    `\ufeffid: 1\nevent: log\ndata: ${data(0, "🚀 fertig – ünïcødé")}\n\n`,
  );
  const { events, activity } = await read([...bytes].map((byte) => new Uint8Array([byte])));
  assertEquals(messages(events), ["🚀 fertig – ünïcødé"]);
  assert(activity > 1, "each chunk feeds the watchdog");
});

Deno.test("A11 a comment is a sign of life and no event; retry and unknown fields are passed over", async () => {
  const { events, activity, opens } = await read([": keep-alive\n\n", `retry: 10\nfoo: bar\nbaz\n\n`]);
  assertEquals([events, opens], [[], 1]);
  assert(activity >= 1);
});

Deno.test("A6 an unknown type is ignored and a malformed event skipped; what follows still arrives", async () => {
  const { events } = await quietly(() =>
    read([
      `event: weather\ndata: {"type":"weather","payload":{}}\n\n`,
      `event: log\ndata: {"type":"log","payload":{"line":"one"}}\n\n`,
      `event: log\ndata: {no json\n\n`,
      `id: 9\nevent: log\ndata: ${data(9)}\n\n`,
    ])
  );
  assertEquals(messages(events), ["line 9"]);
});

Deno.test("S13 an event that was cut off in the middle is none", async () => {
  const { events, closing } = await read([`data: ${data(0)}\n\n`, `data: ${data(1)}\n`]);
  assertEquals([messages(events), closing.code], [["line 0"], 1000]);
});

Deno.test("A4 the ticket rides in Authorization, never in the address; the cursor in both its places", async () => {
  const { request } = await read([]);
  assertEquals(request.headers.get("Authorization"), "Bearer secret");
  assertEquals(request.headers.get("Last-Event-ID"), "7~x");
  assertEquals(request.headers.get("Accept"), "text/event-stream");
  const url = new URL(request.url);
  assertEquals(url.searchParams.get("after"), "7~x");
  assert(!request.url.includes("secret"));
});

Deno.test("A21 a page of somebody else in between is no event stream", async () => {
  const { closing, opens, activity } = await read(["<h1>Sign in to the Wi-Fi</h1>"], {
    "Content-Type": "text/html",
  });
  assertEquals([closing.code, opens, activity], [1006, 0, 0]);
});

/** Malformed events are logged; here that is expected, and counted. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { warn } = console;
  let warned = 0;
  console.warn = () => warned++;
  try {
    return await run();
  } finally {
    console.warn = warn;
    assertEquals(warned, 2);
  }
}
