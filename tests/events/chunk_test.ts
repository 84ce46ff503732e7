import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { Chunk, type Item } from "../../lib/events/chunk.ts";
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
  const counted = new Chunk([{
    id: "1",
    event: new Proxy(item("hi").event, {
      get(target, name) {
        if (name === "toJSON") encoded++;
        return Reflect.get(target, name);
      },
    }),
  }], START);
  for (let viewer = 0; viewer < 100; viewer++) counted.sse;
  assertEquals(encoded, 1);
  for (let viewer = 0; viewer < 100; viewer++) counted.ws;
  // The socket's form spreads the event into an object of its own.
  assertEquals(encoded, 1);
});
