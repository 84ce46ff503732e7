import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { keys } from "../../lib/kv/keys.ts";
import { APP_ID } from "../preview/samples.ts";
import { quiet, troubled } from "../support/core_kv.ts";
import { line } from "../support/core_story.ts";
import { fence, ID, numbers, openLog, stored } from "./log.ts";

async function whileTimePasses<T>(time: FakeTime, kv: Deno.Kv, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => settled = true);
  done.catch(() => {});
  while (!settled) {
    await time.tickAsync(100);
    // The store, which knows the real time only, gets a turn.
    await kv.get(["turn"]);
  }
  return await done;
}

Deno.test("X3 whoever lost the log to another token appends nothing more, and is told once", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  await log.writer.write([line("mine")]);
  await log.writer.flush();
  await fence(kv, "token-2", { lines: 1 });
  await log.writer.write([line("too late")]);
  await log.writer.flush();
  await log.writer.write([line("much too late")]);
  await log.writer.flush();
  assertEquals([log.lost, log.announced.length], [1, 1]);
  assertEquals(await stored(kv), ["mine"]);
});

Deno.test("X3 a writer that comes to a log of another token, a closed one or none at all writes nothing", async () => {
  using kv = await Deno.openKv(":memory:");
  for (const head of [{ token: "token-2" }, { token: "token-1", closed: true }, null]) {
    const log = await openLog(kv);
    if (head === null) await kv.delete(keys.logHead(ID));
    else await fence(kv, head.token, head);
    await log.writer.write([line("no")]);
    await log.writer.flush();
    assertEquals([log.lost, log.announced.length, (await stored(kv)).length], [1, 0, 0]);
  }
});

Deno.test("X3 a writer that waits for room is let go when the log is lost", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  await log.writer.write([line("0")]);
  await log.writer.flush();
  await fence(kv, "token-2", { lines: 1 });
  await Promise.all(Array.from({ length: 60 }, () => log.writer.write([line("x".repeat(10_000))])));
  await log.writer.flush();
  assertEquals([log.lost, (await log.head())!.lines], [1, 1]);
});

Deno.test("X3 a takeover goes on with the next number", async () => {
  using kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  for (const n of numbers(5)) log.writer.write([line(n)]);
  await log.writer.flush();
  await fence(kv, "token-2", { lines: 5 });
  const next = log.store.writer(APP_ID, ID, "token-2", () => {});
  await next.write([line("5")]);
  await next.flush();
  assertEquals(log.announced.at(-1), { from: 5, messages: ["5"] });
  assertEquals(await stored(kv), numbers(6));
});

for (const applied of [true, false]) {
  Deno.test(`X1 an append that fails ${applied ? "after" : "before"} it was applied is neither lost nor doubled`, async () => {
    using kv = await Deno.openKv(":memory:");
    using time = new FakeTime();
    using _errors = quiet();
    let failures = 2;
    const log = await openLog(troubled(kv, {
      async commit(go) {
        if (failures-- <= 0) return await go();
        if (applied) await go();
        throw new Error("connection lost");
      },
    }));
    for (const n of numbers(4)) log.writer.write([line(n)]);
    await whileTimePasses(time, kv, log.writer.flush());
    for (const n of numbers(4, 4)) log.writer.write([line(n)]);
    await whileTimePasses(time, kv, log.writer.flush());
    assertEquals(log.announced.flatMap(({ messages }) => messages), numbers(8));
    assertEquals(log.announced.map(({ from }) => from)[0], 0);
    assertEquals(await stored(kv), numbers(8));
    assertEquals(log.lost, 0);
  });
}

Deno.test("X1 a store that cannot even be read for a while loses and doubles nothing", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  using _errors = quiet();
  let commits = 0;
  let reads = 0;
  const log = await openLog(troubled(kv, {
    async commit(go) {
      const result = await go();
      if (++commits === 2) throw new Error("connection lost");
      return result;
    },
    get() {
      if (commits === 2 && ++reads < 4) throw new Error("still lost");
    },
  }));
  log.writer.write([line("0")]);
  await whileTimePasses(time, kv, log.writer.flush());
  for (const n of numbers(3, 1)) log.writer.write([line(n)]);
  await whileTimePasses(time, kv, log.writer.flush());
  assertEquals(log.announced.flatMap(({ messages }) => messages), numbers(4));
  assertEquals(await stored(kv), numbers(4));
  assertEquals([log.lost, reads], [0, 4]);
});

Deno.test("a writer on a store that was closed gives up", async () => {
  using _errors = quiet();
  const kv = await Deno.openKv(":memory:");
  const log = await openLog(kv);
  await log.writer.write([line("0")]);
  await log.writer.flush();
  kv.close();
  await log.writer.write([line("1")]);
  await log.writer.flush();
  assertEquals(log.lost, 1);
});
