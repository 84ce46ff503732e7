import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { advance, restart } from "../../lib/events/advance.ts";
import { Chunk, CHUNK_BYTES, type Item } from "../../lib/events/chunk.ts";
import type { History } from "../../lib/events/history.ts";
import { finishedLogs, reached } from "../../lib/events/plan.ts";
import { parseCursor, type Position, START } from "../../lib/protocol/cursor.ts";
import { APP_ID, deploy, URL } from "../preview/samples.ts";
import { logUrl } from "../support/core_isolate.ts";
import { assertWhole } from "../support/core_story.ts";
import { happenings, historyOf, type Limits, type Past, pastOf } from "./past.ts";

/** Stretch after stretch, to the end. @returns null where the way is lost */
async function walk(history: History, past: Past, from: Position): Promise<Item[] | null> {
  const items: Item[] = [];
  for (let at = from;;) {
    const finished = finishedLogs(at, past.end, past.heads);
    if (reached(at, past.end, finished)) return items;
    const step = await advance(history, APP_ID, at, past.end, finished, logUrl);
    if (step === null) return null;
    assert(step.items.length > 0);
    items.push(...step.items);
    at = step.to;
  }
}

const bytesOf = (items: Item[]) => new Chunk(items, START).sse.byteLength;

const limits: fc.Arbitrary<Limits> = fc.record({
  eventsAtOnce: fc.integer({ min: 1, max: 6 }),
  linesAtOnce: fc.integer({ min: 1, max: 6 }),
  trimmedLines: fc.nat(12),
});

Deno.test("X1 stretch after stretch a reader gets all that lies after any place, however little is read at once", async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.nat(), limits, async (happened, n, some) => {
      const past = pastOf(happened);
      const from = past.points[n % past.points.length];
      const items = await walk(historyOf(past, some), past, from);
      const gone = assertWhole(items!, past, from);
      if (some.trimmedLines === 0) assertEquals(gone, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("X1 where lines were trimmed there is one gap that says which", async () => {
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 9 }]);
  const items = await walk(historyOf(past, { trimmedLines: 5 }), past, { rev: 1, lines: { [deploy(1)]: 2 } });
  assertEquals(items!.map(({ event, id }) => [event.type, id]), [
    ["gap", `1~${deploy(1)}:5`],
    ...[6, 7, 8, 9].map((n) => ["log", `1~${deploy(1)}:${n}`]),
  ]);
  assertEquals(items![0].event.payload, {
    deployId: deploy(1),
    from: 2,
    to: 5,
    logUrl: logUrl(deploy(1)),
  });
});

Deno.test("X1 lines that are all gone are one gap", async () => {
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 9 }]);
  const items = await walk(historyOf(past, { trimmedLines: 99 }), past, { rev: 0, lines: {} });
  assertEquals(items!.map(({ event }) => event.type), ["status", "gap"]);
  assertEquals(assertWhole(items!, past, { rev: 0, lines: {} }), 9);
});

Deno.test("X1 where events are no longer kept no way leads on", async () => {
  const past = pastOf([{ type: "event", late: 0 }, { type: "event", late: 0 }, { type: "event", late: 0 }]);
  const from = (rev: number) => walk(historyOf(past, { trimmedRev: 2 }), past, { rev, lines: {} });
  assertEquals(await from(0), null);
  assertEquals(await from(1), null);
  assertEquals((await from(2))!.length, 1);
});

Deno.test("X1 a hole among the events is never stepped over", async () => {
  const past = pastOf([{ type: "event", late: 0 }, { type: "event", late: 0 }, { type: "event", late: 0 }]);
  const whole = historyOf(past);
  const holed = {
    ...whole,
    events: async (...args: Parameters<typeof whole.events>) =>
      (await whole.events(...args)).filter(({ rev }) => rev !== 2),
  };
  const step = await advance(holed, APP_ID, { rev: 0, lines: {} }, past.end, {}, logUrl);
  assertEquals(step!.to, { rev: 1, lines: {} });
  assertEquals(await advance(holed, APP_ID, step!.to, past.end, {}, logUrl), null);
});

Deno.test("X1 where events are lost, lines of the log that they closed still come", async () => {
  const past = pastOf([
    { type: "open" },
    { type: "lines", log: 0, count: 9 },
    { type: "close", log: 0 },
    { type: "open" },
  ]);
  const from = { rev: 1, lines: { [deploy(1)]: 4 } };
  const history = historyOf(past, { trimmedRev: 3 });
  const finished = finishedLogs(from, past.end, past.heads);
  const step = await advance(history, APP_ID, from, past.end, finished, logUrl);
  assertEquals(step!.items.map(({ id }) => id), [5, 6, 7, 8, 9].map((n) => `1~${deploy(1)}:${n}`));
  assertEquals(await advance(history, APP_ID, step!.to, past.end, finished, logUrl), null);
});

Deno.test("a cursor that we never made leads nowhere, instead of round in circles", async () => {
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 9 }]);
  assertEquals(await advance(historyOf(past), APP_ID, { rev: 1, lines: {} }, past.end, {}, logUrl), null);
});

Deno.test("X1 after a chunk's worth a reader may pause, and goes on exactly there", async () => {
  const lines = { type: "lines" as const, log: 0, count: 450 };
  const past = pastOf([{ type: "open" }, lines, { type: "event", late: 0 }, lines, {
    type: "close",
    log: 0,
  }]);
  const history = historyOf(past, { linesAtOnce: 100 });
  const stretches: Item[][] = [];
  for (let at: Position = { rev: 0, lines: {} }; !reached(at, past.end);) {
    const { items, to } = (await advance(history, APP_ID, at, past.end, {}, logUrl))!;
    assert(bytesOf(items) <= CHUNK_BYTES);
    assertEquals(parseCursor(items.at(-1)!.id!), to);
    stretches.push(items);
    at = to;
  }
  assert(stretches.length > 3, `${stretches.length}`);
  for (const [n, items] of stretches.slice(0, -1).entries()) {
    assert(bytesOf([...items, stretches[n + 1][0]]) > CHUNK_BYTES / 2, "it stopped early");
  }
  assertWhole(stretches.flat(), past, { rev: 0, lines: {} });
});

Deno.test("X1 a single line that is larger than a chunk travels alone", async () => {
  const long = "x".repeat(CHUNK_BYTES + 1);
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 3 }]);
  const holder = { ...past, lines: { [deploy(1)]: past.lines[deploy(1)].map(() => long) } };
  const history = historyOf(holder);
  let at: Position = { rev: 1, lines: { [deploy(1)]: 0 } };
  for (let n = 1; n <= 3; n++) {
    const { items, to } = (await advance(history, APP_ID, at, past.end, {}, logUrl))!;
    assertEquals([items.length, to], [1, { rev: 1, lines: { [deploy(1)]: n } }]);
    at = to;
  }
});

Deno.test("A10 a new viewer begins with status, error and the last 500 lines, and can resume after the last of them only", async () => {
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 700 }]);
  const present = (await historyOf(past).read(APP_ID, []))!;
  const broken = { ...present, record: { ...present.record, lastError: "it broke" } };
  const begin = restart(broken, null, URL, logUrl);
  assertEquals(begin.items.map(({ event, id }) => [event.type, id]), [
    ["status", undefined],
    ["error", `1~${deploy(1)}:200`],
  ]);
  assertEquals(begin.to, { rev: 1, lines: { [deploy(1)]: 200 } });
  assertEquals(restart(present, null, URL, logUrl).items.map(({ id }) => id), [`1~${deploy(1)}:200`]);
});

Deno.test("X1 whoever was away too long is told which lines he missed, and goes on in the log that he knows", async () => {
  const past = pastOf([
    { type: "open" },
    { type: "open" },
    { type: "lines", log: 0, count: 700 },
    { type: "lines", log: 1, count: 600 },
  ]);
  const present = (await historyOf(past).read(APP_ID, []))!;
  const begin = restart(present, { rev: 1, lines: { [deploy(1)]: 3 } }, URL, logUrl);
  assertEquals(begin.to, { rev: 2, lines: { [deploy(2)]: 100, [deploy(1)]: 3 } });
  assertEquals(begin.items.map(({ event }) => event.type), ["status", "gap"]);
  assertEquals(begin.items[1].event.payload, {
    deployId: deploy(2),
    from: 0,
    to: 100,
    logUrl: logUrl(deploy(2)),
  });
  assertEquals(parseCursor(begin.items[1].id!), begin.to);
});

Deno.test("A10 a log that was trimmed shallower than 500 lines begins where it begins", async () => {
  const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 700 }]);
  const present = (await historyOf(past).read(APP_ID, []))!;
  const trimmed = { ...present.heads[deploy(1)], first: 650 };
  const begin = restart({ ...present, heads: { [deploy(1)]: trimmed } }, null, URL, logUrl);
  assertEquals(begin.to.lines, { [deploy(1)]: 650 });
});
