import { assertEquals, assertRejects } from "@std/assert";
import { createGatherer } from "../../lib/kv/gather.ts";

/** A store that counts its reads, and that answers when it is told. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  const reads: number[] = [];
  let gate = Promise.resolve();
  const store = {
    async getMany(keys: Deno.KvKey[]) {
      reads.push(keys.length);
      await gate;
      return await kv.getMany(keys as never);
    },
  } as unknown as Deno.Kv;
  return {
    kv,
    reads,
    store,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("a thousand who ask for the same keys at once cost one read", async () => {
  using it = await open();
  await it.kv.set(["a"], 1);
  const { get } = createGatherer(it.store);
  const entries = await Promise.all(Array.from({ length: 1_000 }, (_, i) => get([i % 2 ? "a" : "b"])));
  assertEquals(entries.filter(({ value }) => value === 1).length, 500);
  assertEquals(it.reads, [2]);
});

Deno.test("more keys than one read takes are read in several", async () => {
  using it = await open();
  const { get } = createGatherer(it.store);
  const entries = await Promise.all(Array.from({ length: 25 }, (_, i) => get(["k", i])));
  assertEquals(entries.map(({ key }) => key[1]), Array.from({ length: 25 }, (_, i) => i));
  assertEquals(it.reads, [10, 10, 5]);
});

Deno.test("whoever asks while a read is under way gets what is true after he asked", async () => {
  using it = await open();
  await it.kv.set(["a"], "before");
  const { get } = createGatherer(it.store);
  const release = it.hold();
  const first = get<string>(["a"]);
  while (it.reads.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  await it.kv.set(["a"], "after");
  const second = get<string>(["a"]);
  release();
  assertEquals([(await first).value, (await second).value], ["after", "after"]);
  assertEquals(it.reads, [1, 1], "the second has a read of its own");
});

Deno.test("a read that fails is told to all who wait for it, and the next is tried anew", async () => {
  using it = await open();
  let away = true;
  const { get } = createGatherer({
    getMany: (keys: Deno.KvKey[]) =>
      away ? Promise.reject(new Error("away")) : it.store.getMany(keys as never),
  } as unknown as Deno.Kv);
  const both = [get(["a"]), get(["a"])];
  for (const one of both) await assertRejects(() => one, Error, "away");
  away = false;
  assertEquals((await get(["a"])).value, null);
});
