import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { commit, commitLocked, StorageUnavailable } from "../../lib/kv/commit.ts";
import { locked, type Trouble, troubled } from "../support/core_kv.ts";

const KEY = ["counter"];

/** Moves the faked time on until the promise has settled. */
async function whileTimePasses<T>(time: FakeTime, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => settled = true);
  done.catch(() => {});
  while (!settled) await time.tickAsync(20);
  return await done;
}

const increment = (kv: Deno.Kv) =>
  commit(async () => {
    const entry = await kv.get<number>(KEY);
    const value = (entry.value ?? 0) + 1;
    return { atomic: kv.atomic().check(entry).set(KEY, value), value };
  });

Deno.test("where somebody was faster, the attempt reads and decides anew", async () => {
  using kv = await Deno.openKv(":memory:");
  const done = await Promise.all(Array.from({ length: 40 }, () => increment(kv)));
  assertEquals(
    done.map(({ value }) => value).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  assertEquals(new Set(done.map(({ versionstamp }) => versionstamp)).size, 40);
});

Deno.test("an attempt that has nothing to write writes nothing", async () => {
  assertEquals(await commit(() => Promise.resolve({ value: 7 })), { value: 7, versionstamp: null });
});

Deno.test("a locked store is tried again, with the very same commit", async () => {
  using kv = await Deno.openKv(":memory:");
  let failures = 3;
  const busy = troubled(kv, {
    commit: (go) => failures-- > 0 ? Promise.reject(locked()) : go(),
  });
  let attempts = 0;
  const { value } = await commit(() => {
    attempts++;
    return Promise.resolve({ atomic: busy.atomic().set(KEY, 1), value: "done" });
  });
  assertEquals([value, attempts, (await kv.get(KEY)).value], ["done", 1, 1]);
});

Deno.test("a store that stays locked for two seconds is unavailable, and nothing was applied", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const busy = troubled(kv, { commit: () => Promise.reject(locked()) });
  const begun = Date.now();
  const error = await assertRejects(
    () => whileTimePasses(time, commitLocked(busy.atomic().set(KEY, 1))),
    StorageUnavailable,
  );
  assert(error.cause instanceof TypeError);
  const took = Date.now() - begun;
  assert(took >= 2_000 && took < 2_200, `${took} ms`);
  assertEquals((await kv.get(KEY)).value, null);
});

Deno.test("conflicts without end are given up", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const unlucky = troubled(kv, { commit: () => Promise.resolve({ ok: false }) });
  await assertRejects(() => whileTimePasses(time, increment(unlucky)), StorageUnavailable);
});

Deno.test("any other error passes through: the commit may have been applied, so it is not repeated", async () => {
  using kv = await Deno.openKv(":memory:");
  const trouble: Trouble = {
    commit: async (go) => {
      await go();
      throw new Error("connection lost");
    },
  };
  await assertRejects(() => increment(troubled(kv, trouble)), Error, "connection lost");
  assertEquals((await kv.get(KEY)).value, 1);
});
