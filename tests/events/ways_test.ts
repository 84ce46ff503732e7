import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createWays, type Way, type Ways } from "../../lib/events/ways.ts";
import type { Position } from "../../lib/protocol/cursor.ts";
import { APP_ID, deploy } from "../preview/samples.ts";
import { logUrl } from "../support/core_isolate.ts";
import { historyOf, pastOf } from "./past.ts";

const past = pastOf([{ type: "open" }, { type: "lines", log: 0, count: 1_000 }]);
const end: Position = { rev: 1, lines: { [deploy(1)]: 1_000 } };

async function walk(
  ways: Ways,
  from: number,
  target = end,
  finished: Record<string, number> = {},
): Promise<NonNullable<Way>[]> {
  const chunks: NonNullable<Way>[] = [];
  let at: Position = { rev: 1, lines: { [deploy(1)]: from } };
  while (at.lines[deploy(1)] < 1_000) {
    const chunk = (await ways.on(at, target, finished))!;
    chunks.push(chunk);
    at = chunk.end;
  }
  const lines = chunks.flatMap(({ items }) =>
    items.map(({ event }) => event.type === "log" ? event.payload.line : -1)
  );
  assertEquals(lines, Array.from({ length: 1_000 - from }, (_, i) => from + i));
  return chunks;
}

Deno.test("X1 viewers who fell behind at different lines are served from the same chunks, each line once", async () => {
  const ways = createWays(historyOf(past), APP_ID, logUrl);
  const [first, ...others] = await Promise.all([0, 1, 63, 64, 500].map((from) => walk(ways, from)));
  for (const chunks of others) {
    assertStrictEquals(chunks.at(-1), first.at(-1));
    const shared = chunks.filter((chunk) => first.includes(chunk));
    assert(shared.length >= chunks.length - 1, `${shared.length} of ${chunks.length}`);
  }
  ways.sweep();
  assert((await walk(ways, 0))[0] !== first[0], "nothing is kept from one sweep to the next");
});

Deno.test("X1 viewers who come back to a log that has ended meanwhile are served from the same chunks, too", async () => {
  const ways = createWays(historyOf(past), APP_ID, logUrl);
  const over = { rev: 1, lines: {} };
  const finished = { [deploy(1)]: 1_000 };
  const [first, second] = await Promise.all([0, 0].map((from) => walk(ways, from, over, finished)));
  assertEquals(second.length, first.length);
  second.forEach((chunk, i) => assertStrictEquals(chunk, first[i]));
  // Who wants less of it gets less, from the same place.
  const begin: Position = { rev: 1, lines: { [deploy(1)]: 0 } };
  const less = await ways.on(begin, over, { [deploy(1)]: 10 });
  assertEquals([less!.items.length, less!.end.lines[deploy(1)]], [10, 10]);
});

Deno.test("where no way leads on, the next who asks is not told so from memory", async () => {
  const nothing = createWays(historyOf(pastOf([])), APP_ID, logUrl);
  assertEquals(await nothing.on({ rev: 0, lines: {} }, { rev: 5, lines: {} }, {}), null);
  let away = true;
  const history = historyOf(past);
  const ways = createWays(
    {
      ...history,
      lines: (...args) => away ? Promise.reject(new Error("away")) : history.lines(...args),
    },
    APP_ID,
    logUrl,
  );
  const from: Position = { rev: 1, lines: { [deploy(1)]: 0 } };
  assertEquals(await ways.on(from, end, {}).catch(({ message }) => message), "away");
  away = false;
  assertEquals((await ways.on(from, end, {}))!.end.lines[deploy(1)], 64);
});
