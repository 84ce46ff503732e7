import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { keys } from "../../lib/kv/keys.ts";
import { readLines } from "../../lib/kv/logs.ts";
import { APP_ID } from "../preview/samples.ts";
import { type Trouble, troubled } from "../support/core_kv.ts";
import { line } from "../support/core_story.ts";
import { fence, ID, numbers, openLog, stored } from "./log.ts";

Deno.test("the first line is committed at once, what comes meanwhile together", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  const gate = Promise.withResolvers<void>();
  const trouble: Trouble = { commit: async (go) => (await gate.promise, await go()) };
  const slow = await openLog(troubled(kv, trouble));
  slow.writer.write([line("0")]);
  // Until the first append is on its way.
  await log.head();
  await log.head();
  for (const n of numbers(300, 1)) slow.writer.write([line(n)]);
  gate.resolve();
  await slow.writer.flush();
  assertEquals(slow.announced.map(({ from, messages }) => [from, messages.length]), [[0, 1], [1, 300]]);
  assertEquals(await stored(kv), numbers(301));
  assertEquals(await slow.head(), { appId: APP_ID, lines: 301, first: 0, closed: false, token: "token-1" });
});

Deno.test("lines that trickle are committed once per interval", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const log = await openLog(kv, { interval: 25 });
  log.writer.write([line("0")]);
  await log.writer.flush();
  for (const n of numbers(10, 1)) {
    log.writer.write([line(n)]);
    await time.tickAsync(2);
    await log.head();
  }
  assertEquals(log.announced.map(({ messages }) => messages.length), [1]);
  await time.tickAsync(5);
  await log.writer.flush();
  assertEquals(log.announced.map(({ messages }) => messages.length), [1, 10]);
});

Deno.test("S15 a line that comes in whichever moment the writer ends is written too", async () => {
  using kv = await Deno.openKv(":memory:");
  for (let turns = 0; turns < 12; turns++) {
    const written = Promise.withResolvers<void>();
    const log = await openLog(kv, {
      announce: async (_app, _deploy, from) => {
        if (from > 0) return;
        for (let turn = 0; turn < turns; turn++) await null;
        written.resolve(log.writer.write([line("last")]));
      },
    });
    log.writer.write([line("first")]);
    await written.promise;
    await log.writer.flush();
    assertEquals((await log.head())!.lines, 2, `after ${turns} turns`);
    await kv.delete(keys.log(ID, 0));
    await kv.delete(keys.log(ID, 1));
  }
});

Deno.test("a writer waits while the store does, and goes on with it", async () => {
  using kv = await Deno.openKv(":memory:");
  const gate = Promise.withResolvers<void>();
  const log = await openLog(troubled(kv, { commit: async (go) => (await gate.promise, await go()) }));
  const message = "x".repeat(10_000);
  let written = 0;
  const all = (async () => {
    for (; written < 60; written++) await log.writer.write([line(message)]);
  })();
  for (let turn = 0; turn < 20; turn++) await log.head();
  assertEquals(written, 26, "256 KiB wait, and one line more");
  gate.resolve();
  await all;
  await log.writer.flush();
  assertEquals((await log.head())!.lines, 60);
  assertEquals((await stored(kv)).length, 60);
});

Deno.test("X1 what is over the limit goes, oldest first, and the head says where the log begins", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv, { keep: 2_000 });
  for (const n of numbers(50)) {
    await log.writer.write([line(n.padStart(100, " "))]);
    await log.writer.flush();
  }
  const { first, lines } = (await log.head())!;
  assertEquals(lines, 50);
  assert(first > 35 && first < 45, `first line kept: ${first}`);
  const kept = await readLines(kv, ID, 0, 50);
  assertEquals([kept[0].line, kept.at(-1)!.line, kept.length], [first, 49, 50 - first]);
  // Whoever takes over knows how much there is.
  await fence(kv, "token-2", { lines, first });
  const next = log.store.writer(APP_ID, ID, "token-2", () => {});
  for (let n = 0; n < 20; n++) {
    await next.write([line("y".padStart(100, " "))]);
    await next.flush();
  }
  assertEquals((await readLines(kv, ID, 0, 70)).length, 50 - first);
});

Deno.test("X1 a burst that pushes out more batches than one commit can drop still gets in", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv, { keep: 200_000 });
  for (const n of numbers(1_500)) {
    log.writer.write([line(n)]);
    await log.writer.flush();
  }
  for (let n = 0; n < 60; n++) log.writer.write([line("z".repeat(9_000))]);
  await log.writer.flush();
  await log.writer.write([line("end")]);
  await log.writer.flush();
  const { lines, first } = (await log.head())!;
  assertEquals(lines, 1_561);
  assert(first > 1_000, `first line kept: ${first}`);
});

Deno.test("a line that no batch could hold is cut, for the store and for whoever is told", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  await log.writer.write([line("é".repeat(100_000))]);
  await log.writer.write([line("after")]);
  await log.writer.flush();
  const [long, after] = await stored(kv);
  assertEquals([long, after], log.announced.flatMap(({ messages }) => messages));
  assert(long.length > 10_000 && /^é+$/.test(long));
});

Deno.test("any stretch of a log can be read, across batches of every size", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  for (const n of numbers(3_000)) {
    log.writer.write([line(n)]);
    if (Number(n) % 97 < 30) await log.writer.flush();
  }
  await log.writer.flush();
  for (
    const [from, to] of [[0, 0], [5, 3], [0, 1], [0, 30], [29, 31], [100, 101], [2_999, 3_000], [
      2_990,
      9_999,
    ]]
  ) {
    const lines = await readLines(kv, ID, from, to);
    assertEquals(
      lines.map(({ line }) => String(line)),
      numbers(Math.max(0, Math.min(to, 3_000) - from), from),
    );
  }
  const first = await readLines(kv, ID, 0, 3_000);
  assert(first.length >= 1_000 && first.length < 3_000, `${first.length} lines in one read`);
  assertEquals(await stored(kv), numbers(3_000));
  assertEquals(first[0], { deployId: ID, line: 0, ...line("0") });
});
