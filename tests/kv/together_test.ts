import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { createTogether, type Part } from "../../lib/kv/together.ts";
import { type Trouble, troubled } from "../support/core_kv.ts";

const set = (key: string, versionstamp: string | null = null, bytes = 10): Part => ({
  mutations: 1,
  bytes,
  fill: (atomic) => void atomic.check({ key: [key], versionstamp }).set([key], new Uint8Array(bytes)),
});

/** Counts commits, and holds the first one back until `go`. */
function held(kv: Deno.Kv) {
  const gate = Promise.withResolvers<void>();
  let commits = 0;
  const commit: Trouble["commit"] = async (commit) => {
    if (commits++ === 0) await gate.promise;
    return await commit();
  };
  return { kv: troubled(kv, { commit }), go: gate.resolve, commits: () => commits };
}

const has = async (kv: Deno.Kv, key: string) => (await kv.get([key])).value !== null;

Deno.test("what comes while a commit is under way is in the next one, all of it", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = held(kv);
  const together = createTogether(store.kv);
  const results = Array.from({ length: 30 }, (_, i) => together(set(`${i}`)));
  store.go();
  const versions = (await Promise.all(results)).map((result) => result.ok && result.versionstamp);
  assertEquals(store.commits(), 2);
  assertEquals(new Set(versions).size, 2);
  for (let i = 0; i < 30; i++) assertEquals((await kv.get([`${i}`])).versionstamp, versions[i]);
});

Deno.test("X3 what is stale fails alone", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["taken"], 1);
  const store = held(kv);
  const together = createTogether(store.kv);
  const first = together(set("first"));
  const [a, stale, b] = ["a", "taken", "b"].map((key) => together(set(key)));
  store.go();
  assertEquals(
    (await Promise.all([first, a, stale, b])).map(({ ok }) => ok),
    [true, true, false, true],
  );
  assert(await has(kv, "a") && await has(kv, "b"));
  assertEquals((await kv.get(["taken"])).value, 1);
});

Deno.test("what is large waits for nobody, and nobody waits for it", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = held(kv);
  const together = createTogether(store.kv);
  const large = together(set("large", null, 60_000));
  assertEquals((await together(set("small"))).ok, true);
  assert(!await has(kv, "large"));
  store.go();
  assertEquals((await large).ok, true);
});

Deno.test("X1 a store that fails tells all of that commit, and serves the next one", async () => {
  using kv = await Deno.openKv(":memory:");
  let away = true;
  const together = createTogether(troubled(kv, {
    commit: (commit) => away ? Promise.reject(new Error("away")) : commit(),
  }));
  const [one, two, three] = ["1", "2", "3"].map((key) => together(set(key)));
  for (const failed of [one, two, three]) await assertRejects(() => failed, Error, "away");
  away = false;
  assertEquals((await together(set("1"))).ok, true);
});

Deno.test("each part ends as it would by itself, whatever comes together", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(fc.integer({ min: 1, max: 400 }), fc.boolean(), fc.integer({ min: 1, max: 40_000 })),
        {
          maxLength: 60,
        },
      ),
      async (wanted) => {
        using kv = await Deno.openKv(":memory:");
        await kv.set(["taken"], 1);
        const store = held(kv);
        const together = createTogether(store.kv);
        const results = wanted.map(([mutations, stale, bytes], i) =>
          together({
            mutations,
            bytes,
            fill(atomic) {
              if (stale) atomic.check({ key: ["taken"], versionstamp: null });
              for (let n = 0; n < mutations; n++) atomic.set(["part", i, n], n);
            },
          })
        );
        store.go();
        const ended = await Promise.all(results);
        for (const [i, [mutations, stale]] of wanted.entries()) {
          assertEquals(ended[i].ok, !stale);
          let found = 0;
          for await (const _ of kv.list({ prefix: ["part", i] })) found++;
          assertEquals(found, stale ? 0 : mutations);
        }
      },
    ),
    { numRuns: 15 },
  );
});
