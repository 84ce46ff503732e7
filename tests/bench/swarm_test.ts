import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { countUpTo } from "../../bench/support/swarm/record.ts";
import { Chunk, type Item } from "../../lib/events/chunk.ts";
import { httpChunk, joined, lines, logItem, recordOf, textFrame, viewerOf, wire } from "./swarm_samples.ts";

const TRANSPORTS = ["sse", "ws"] as const;

/** As Deno gathers what is small: comments and events in one chunk. */
function gathered(all: readonly Item[]): Uint8Array {
  const sse = (items: readonly Item[]) => new Chunk(items, { rev: 3, lines: {} }).sse;
  const [retry, comment] = ["retry: 1000\n\n", ": still here\n\n"].map((text) =>
    new TextEncoder().encode(text)
  );
  return joined([
    httpChunk(joined([retry, sse(all.slice(0, 1)), comment, sse(all.slice(1, 3)), comment, comment])),
    httpChunk(joined([sse(all.slice(3, 5)), comment])),
    httpChunk(sse(all.slice(5))),
  ]);
}

/** The lines of a record that a viewer is proven to have. */
const linesOf = ({ viewer }: ReturnType<typeof viewerOf>) => countUpTo(viewer.record.lineEnds, viewer.offset);

for (const transport of TRANSPORTS) {
  const all = lines(20);

  Deno.test(`${transport}: viewers prove each other however the same events are cut into flushes and reads`, () => {
    const record = recordOf(transport);
    const cuts = [
      wire(transport, [all]),
      wire(transport, all.map((item) => [item])),
      wire(transport, [null, all.slice(0, 3), null, all.slice(3, 11), null, null, all.slice(11)]),
      ...(transport === "sse" ? [gathered(all)] : []),
    ];
    for (const size of [100_000, 1, 2, 7, 300]) {
      for (const bytes of cuts) {
        const viewer = viewerOf(record);
        viewer.read(bytes, size);
        assertEquals([linesOf(viewer), viewer.marked], [20, 1]);
      }
    }
    assertEquals([record.lines, record.ends.length], [20, 20]);
    assertEquals(record.times.at(-1), 1_700_000_000_000_019);
  });

  Deno.test(`${transport}: whoever is ahead writes the record, and viewers may take turns in that`, () => {
    const record = recordOf(transport);
    const bytes = wire(transport, [all.slice(0, 9), all.slice(9)]);
    const viewers = [viewerOf(record), viewerOf(record), viewerOf(record)];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      // One is ahead of all the others by some bytes, each time another one.
      const next = Math.min(bytes.length, at + 37);
      for (let i = 0; i < viewers.length; i++) viewers[(turn + i) % 3].read(bytes.slice(at, next), 11);
      at = next;
    }
    for (const viewer of viewers) assertEquals(linesOf(viewer), 20);
  });

  Deno.test(`${transport}: a hole, a repeat, disorder, and a changed byte are found at the first viewer and at any other`, () => {
    const wrong = {
      hole: [...all.slice(0, 5), ...all.slice(6)],
      repeat: [...all.slice(0, 6), ...all.slice(5)],
      disorder: [...all.slice(0, 5), all[6], all[5], ...all.slice(7)],
      changed: [...all.slice(0, 5), logItem(5, "n 5 1700000000000004 another"), ...all.slice(6)],
    };
    for (const [what, items] of Object.entries(wrong)) {
      for (const size of [100_000, 13]) {
        const bytes = wire(transport, [items]);
        if (what !== "changed") {
          assertThrows(() => viewerOf(recordOf(transport)).read(bytes, size), Error, "Not ");
        }
        const record = recordOf(transport);
        viewerOf(record).read(wire(transport, [all]));
        assertThrows(() => viewerOf(record).read(bytes, size), Error, "Differs at byte");
      }
    }
  });

  Deno.test(`${transport}: a viewer that has fewer events is known to have fewer`, () => {
    const record = recordOf(transport);
    viewerOf(record).read(wire(transport, [all]));
    const behind = viewerOf(record);
    behind.read(wire(transport, [all.slice(0, 8)]));
    assertEquals(linesOf(behind), 7);
    // Half an event is none.
    const half = viewerOf(record);
    const bytes = wire(transport, [all]);
    half.read(bytes.slice(0, bytes.length >> 1));
    assertNotEquals(linesOf(half), 20);
    assertEquals(linesOf(half) < 11, true);
  });

  Deno.test(`${transport}: a number that the app skipped is missed even where the log's own numbers are whole`, () => {
    const skipping = [
      ...all.slice(0, 5),
      logItem(5, "n 6 1700000000000005 x"),
      logItem(6, "n 7 1700000000000006 x"),
    ];
    assertThrows(
      () => viewerOf(recordOf(transport)).read(wire(transport, [skipping])),
      Error,
      "Not what was printed after 4",
    );
  });

  Deno.test(`${transport}: a viewer that was cut off within an event resumes with the cursor before it`, () => {
    const record = recordOf(transport);
    viewerOf(record).read(wire(transport, [all]));
    const bytes = wire(transport, [all]);
    for (const share of [0.3, 0.5, 0.77]) {
      const viewer = viewerOf(record);
      viewer.read(bytes.slice(0, Math.floor(bytes.length * share)));
      const had = linesOf(viewer);
      assertEquals(viewer.again(), all[had].id);
      viewer.read(wire(transport, [null, all.slice(had + 1)]), 50);
      assertEquals(linesOf(viewer), 20);
    }
    const early = viewerOf(record);
    early.read(wire(transport, [all.slice(0, 1)]));
    assertEquals([early.again(), early.marked], [all[0].id, 1]);
    const never = viewerOf(record);
    assertEquals(never.again(), null);
  });

  Deno.test(`${transport}: a later audience finds its own mark in the record, also where it is the first to see it`, () => {
    const later = [...all, logItem(21, "mark two"), logItem(22, "n 21 1700000000000020 x")];
    const record = recordOf(transport);
    const early = viewerOf(record);
    early.read(wire(transport, [all]));
    const late = viewerOf(record, "two");
    late.read(wire(transport, [later]), 64);
    assertEquals([late.marked, linesOf(late)], [0, 0]);
    early.read(wire(transport, [later.slice(21)]));
    assertEquals([late.marked, linesOf(late), linesOf(early)], [1, 21, 21]);
  });
}

Deno.test("ws: pings are answered, a close and a farewell are noted", () => {
  const viewer = viewerOf(recordOf("ws"));
  const farewell = '[{"type":"reconnect","payload":{"reason":"restart","afterMs":700}}]';
  const bytes = joined([
    wire("ws", [lines(3)]),
    textFrame("ping!", 9),
    textFrame(farewell),
    new Uint8Array([0x88, 11, 1000 >> 8, 1000 & 255, ...new TextEncoder().encode("reconnect")]),
  ]);
  viewer.read(bytes, 1);
  assertEquals([viewer.pongs, viewer.viewer.farewell, linesOf(viewer)], [["ping!"], farewell, 3]);
});

Deno.test("sse: a comment, the first retry and a farewell are no part of the history", () => {
  const encoder = new TextEncoder();
  const viewer = viewerOf(recordOf("sse"));
  const chunk = (text: string) => {
    const { length } = encoder.encode(text);
    return encoder.encode(`${length.toString(16)};ext=1\r\n${text}\r\n`);
  };
  const farewell = 'retry: 700\nevent: reconnect\ndata: {"type":"reconnect","payload":{}}\n\n';
  const all = lines(6);
  viewer.read(
    joined([chunk("retry: 1000\n\n"), wire("sse", [all.slice(0, 4), null, all.slice(4)]), chunk(farewell)]),
    9,
  );
  assertEquals([linesOf(viewer), viewer.viewer.farewell?.includes("reconnect")], [6, true]);
});
