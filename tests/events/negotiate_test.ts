import { assertEquals } from "@std/assert";
import { negotiate, resumeFrom } from "../../lib/events/negotiate.ts";
import { deploy } from "../preview/samples.ts";

const transports: [headers: Record<string, string>, expected: string][] = [
  [{}, "json"],
  [{ accept: "*/*" }, "json"],
  [{ accept: "text/html,application/xhtml+xml,*/*;q=0.8" }, "json"],
  [{ accept: "application/json" }, "json"],
  [{ accept: "text/event-stream" }, "sse"],
  [{ accept: "Text/Event-Stream; q=0.9, */*" }, "sse"],
  [{ accept: "text/event-stream, application/json" }, "sse"],
  [{ accept: "application/json, text/event-stream" }, "json"],
  [{ accept: "text/event-streams" }, "json"],
  [{ upgrade: "websocket" }, "websocket"],
  [{ upgrade: " WebSocket ", accept: "text/event-stream" }, "websocket"],
  [{ upgrade: "h2c", accept: "text/event-stream" }, "sse"],
];

for (const [headers, expected] of transports) {
  Deno.test(`A1 ${JSON.stringify(headers)} is answered with ${expected}`, () => {
    assertEquals(negotiate(new Headers(headers)), expected as never);
  });
}

const cursor = `3~${deploy(1)}:7`;
const position = { rev: 3, lines: { [deploy(1)]: 7 } };
const resumes: [query: string, lastEventId: string | null, expected: ReturnType<typeof resumeFrom>][] = [
  ["", null, { cursor: null, waitMs: 0 }],
  ["?after=", null, { cursor: null, waitMs: 0 }],
  ["?after=", "", { cursor: null, waitMs: 0 }],
  [`?after=${cursor}`, null, { cursor: position, waitMs: 0 }],
  [`?after=${encodeURIComponent(cursor)}&wait=7`, null, { cursor: position, waitMs: 7_000 }],
  ["", cursor, { cursor: position, waitMs: 0 }],
  // A browser's EventSource repeats the first address.
  ["?after=1", cursor, { cursor: position, waitMs: 0 }],
  ["?after=garbage", cursor, { cursor: position, waitMs: 0 }],
  ["?after=garbage", null, null],
  [`?after=${cursor}`, "garbage", null],
  ["?wait=0.5", null, { cursor: null, waitMs: 500 }],
  ["?wait=3600", null, { cursor: null, waitMs: 20_000 }],
  ["?wait=-1", null, { cursor: null, waitMs: 0 }],
  ["?wait=soon", null, { cursor: null, waitMs: 0 }],
  ["?wait=Infinity", null, { cursor: null, waitMs: 0 }],
];

for (const [query, lastEventId, expected] of resumes) {
  Deno.test(`A1 resume from ${JSON.stringify(query)} with Last-Event-ID ${JSON.stringify(lastEventId)}`, () => {
    const headers = new Headers(lastEventId === null ? {} : { "last-event-id": lastEventId });
    assertEquals(resumeFrom(new URLSearchParams(query), headers), expected);
  });
}
