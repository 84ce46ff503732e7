import { assertEquals } from "@std/assert";
import { createNeighbours, type Isolate } from "../../lib/kv/isolates.ts";
import { keys } from "../../lib/kv/keys.ts";

async function store() {
  const kv = await Deno.openKv(":memory:");
  let time = 1_000_000;
  return {
    kv,
    get time() {
      return time;
    },
    pass: (ms: number) => void (time += ms),
    now: () => time,
    renew: (id: string, pid = 7, more: Partial<Isolate> = {}) =>
      kv.set(keys.isolate(id), { until: time + 24_000, host: "here", pid, ...more }),
    [Symbol.dispose]: () => kv.close(),
  };
}

const me = { isolateId: "me", host: "here", pid: 7, lookEvery: 0, onShared: () => {} };

Deno.test("X15 a sibling counts as started once it has renewed, and is missed when it stops", async () => {
  using s = await store();
  const neighbours = createNeighbours(s.kv, { ...me, now: s.now });
  await s.renew("me");
  await s.renew("sibling");
  assertEquals(await neighbours.count(), { renewing: 1, started: 1, shared: false });
  s.pass(8_000);
  await s.renew("me");
  await s.renew("sibling");
  assertEquals(await neighbours.count(), { renewing: 2, started: 2, shared: false });
  s.pass(23_000);
  await s.renew("me");
  assertEquals(await neighbours.count(), { renewing: 2, started: 2, shared: false });
  s.pass(2_000);
  assertEquals(await neighbours.count(), { renewing: 1, started: 2, shared: false });
});

Deno.test("X15 what an earlier process with the same pid left behind is nobody's loss", async () => {
  using s = await store();
  await s.renew("killed");
  s.pass(1_000);
  const neighbours = createNeighbours(s.kv, { ...me, now: s.now });
  for (let i = 0; i < 5; i++) {
    await s.renew("me");
    assertEquals(await neighbours.count(), { renewing: 1, started: 1, shared: false });
    s.pass(8_000);
  }
});

Deno.test("X2 the store is shared while isolates of another process, or of another machine, renew", async () => {
  using s = await store();
  const neighbours = createNeighbours(s.kv, { ...me, now: s.now });
  await s.renew("other process", 8);
  assertEquals((await neighbours.count()).shared, true);
  s.pass(24_000);
  assertEquals((await neighbours.count()).shared, false);
  await s.renew("other machine", 7, { host: "there" });
  assertEquals((await neighbours.count()).shared, true);
});

Deno.test("X10 siblings that have not left are told from other processes, and one that failed from the others", async () => {
  using s = await store();
  const neighbours = createNeighbours(s.kv, { ...me, now: s.now });
  await s.renew("me");
  await s.renew("other process", 8, { failed: true });
  assertEquals(await neighbours.remaining(), { siblings: 0, failed: false });
  await s.renew("sibling");
  assertEquals(await neighbours.remaining(), { siblings: 1, failed: false });
  await s.renew("sibling", 7, { failed: true });
  assertEquals(await neighbours.remaining(), { siblings: 1, failed: true });
  s.pass(24_000);
  assertEquals(await neighbours.remaining(), { siblings: 0, failed: false });
});

Deno.test("X2 whoever comes to the file, or leaves it, is noticed within a look", async () => {
  using s = await store();
  const told: boolean[] = [];
  let notice = () => {};
  const neighbours = createNeighbours(s.kv, {
    ...me,
    lookEvery: 5,
    now: s.now,
    onShared(shared) {
      told.push(shared);
      notice();
    },
  });
  const next = () => new Promise<void>((resolve) => notice = resolve);
  try {
    let noticed = next();
    await s.renew("other process", 8);
    await noticed;
    noticed = next();
    s.pass(24_000);
    await noticed;
    assertEquals(told, [true, false]);
  } finally {
    neighbours.close();
  }
});
