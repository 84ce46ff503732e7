import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { Chunk, CHUNK_BYTES, EVENT_BYTES, type Item, weightOf } from "../../lib/events/chunk.ts";
import { START } from "../../lib/protocol/cursor.ts";
import { deploy } from "../preview/samples.ts";

const item = (message: string, n = 0): Item => ({
  id: `1~${deploy(1)}:${n + 1}`,
  event: {
    type: "log",
    payload: { deployId: deploy(1), line: n, source: "build", stream: "stderr", message, timestamp: 1 },
  },
});

function parse(bytes: Uint8Array): EventSourceMessage[] {
  const found: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => void found.push(event) }).feed(new TextDecoder().decode(bytes));
  return found;
}

Deno.test("A6 a frame is id, event and data, and ends with an empty line", () => {
  const { sse } = new Chunk([item("hi")], START);
  const data = JSON.stringify(item("hi").event);
  assertEquals(new TextDecoder().decode(sse), `id: 1~${deploy(1)}:1\nevent: log\ndata: ${data}\n\n`);
});

Deno.test("A6 an event without a place to resume from has no id field", () => {
  const { sse, ws } = new Chunk([{ event: item("hi").event }], START);
  assert(new TextDecoder().decode(sse).startsWith("event: log\n"));
  assertEquals(JSON.parse(ws), [item("hi").event]);
});

Deno.test("A6 any text survives both encodings, and no line break of it stands raw in a frame", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "one\ntwo\r\nthree\rfour\u2028five\u2029six",
      "🚀👩‍👩‍👧 日本語",
      "data: x\n\nevent: y",
      "\u0000\u001b[31mred",
    ),
  );
  fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (messages) => {
    const chunk = new Chunk(messages.map(item), START);
    const events = parse(chunk.sse);
    assertEquals(events.map(({ id, event }) => [id, event]), messages.map((_, n) => [item("", n).id, "log"]));
    assertEquals(events.map(({ data }) => JSON.parse(data).payload.message), messages);
    assertEquals(
      JSON.parse(chunk.ws),
      messages.map((message, n) => ({ id: item("", n).id, ...item(message, n).event })),
    );
    const frames = new TextDecoder().decode(chunk.sse).split("\n");
    assertEquals(frames.length, messages.length * 4 + 1);
    assert(!/[\n\r]/.test(chunk.ws));
  }));
});

Deno.test("a chunk is encoded once, however many viewers it goes to", () => {
  const chunk = new Chunk([item("hi")], START);
  assertStrictEquals(chunk.sse, chunk.sse);
  let encoded = 0;
  const { id, event } = item("hi");
  const payload = { ...event.payload, toJSON: () => ++encoded };
  const counted = new Chunk([{ id, event: { ...event, payload } as Item["event"] }], START);
  for (let viewer = 0; viewer < 100; viewer++) [counted.sse, counted.ws];
  assertEquals(encoded, 2, "once for SSE and once for WebSocket");
});

Deno.test("the weight of an item is never less than its bytes on either transport, and not much more", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }));
  fc.assert(fc.property(text, fc.nat(1e9), (message, n) => {
    const one = item(message, n);
    const { sse, ws } = new Chunk([one], START);
    const bytes = Math.max(sse.byteLength, new TextEncoder().encode(ws).byteLength);
    assert(weightOf(one) >= bytes, `${weightOf(one)} < ${bytes}`);
    assert(weightOf(one) <= 4 * bytes);
  }));
  const plain = item("a line as they mostly are, of some eighty letters, such as compilers write them", 7);
  assert(weightOf(plain) < new Chunk([plain], START).sse.byteLength + 64);
  const events: Item["event"][] = [
    { type: "error", payload: { message: '"\n\u0000\u{1f680}'.repeat(600), deployId: deploy(1) } },
    { type: "container-stopped", payload: { reason: "signal", exitCode: 137 } },
    { type: "gap", payload: { deployId: deploy(1), from: 0, to: 9, logUrl: "http://localhost/" } },
  ];
  for (const event of events) {
    const one = { event, id: item("").id };
    const { sse } = new Chunk([one], START);
    assert(weightOf(one) >= sse.byteLength && sse.byteLength < CHUNK_BYTES);
  }
});

Deno.test("X1 the largest line that the store keeps fits into the largest event", () => {
  // 60,000 bytes as it is stored: without its number and its deploy.
  const bare = JSON.stringify({ source: "dev-server", stream: "stdout", message: "", timestamp: 1.5e12 });
  const one = item("x".repeat(60_000 - bare.length), 999_999_999);
  const id = [1, 2, 3].reduce((text, n) => `${text}~${deploy(n)}:999999999`, "999999999");
  assert(weightOf({ ...one, id }) <= EVENT_BYTES);
});
