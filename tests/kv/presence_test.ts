import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { keys } from "../../lib/kv/keys.ts";
import { buryTheDead, createPresence, GRACE, type PresenceOptions } from "../../lib/kv/presence.ts";
import type { Lease } from "../../lib/preview/record.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import { APP_ID } from "../preview/samples.ts";
import { quiet, type Trouble, troubled } from "../support/core_kv.ts";

const appear = (kv: Deno.Kv, options: Partial<PresenceOptions> = {}) =>
  createPresence(kv, { isolateId: "here", host: "h", pid: 1, ...options });

/** Lets the store, which knows the real time only, finish what was begun. */
async function settle(kv: Deno.Kv): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await kv.get(["turn"]);
}

const isWritten = async (kv: Deno.Kv, isolateId = "here") =>
  (await kv.get(keys.viewers(APP_ID, isolateId))).value !== null;

Deno.test("X5 a viewer counts when its lease is in the store, and for a grace after it left", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const changes: [AppId, boolean][] = [];
  const presence = await appear(kv, { onChange: (...change) => void changes.push(change) });
  const leave = await presence.join(APP_ID);
  assert(await isWritten(kv));
  assertEquals([await presence.count(APP_ID), presence.here(APP_ID)], [1, true]);
  leave();
  await time.tickAsync(GRACE - 1);
  assert(presence.here(APP_ID));
  await time.tickAsync(1);
  await settle(kv);
  assertEquals([presence.here(APP_ID), await isWritten(kv), await presence.count(APP_ID)], [false, false, 0]);
  assertEquals(changes, [[APP_ID, true], [APP_ID, false]]);
  await presence.close();
});

Deno.test("S5 a page that reloads within the grace was never away", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const changes: boolean[] = [];
  const presence = await appear(kv, { graceMs: 100, onChange: (_, watched) => void changes.push(watched) });
  for (let reload = 0; reload < 5; reload++) {
    const leave = await presence.join(APP_ID);
    leave();
    await time.tickAsync(99);
    assert(presence.here(APP_ID));
  }
  await time.tickAsync(1);
  assert(!presence.here(APP_ID));
  assertEquals(changes, [true, false]);
  await presence.close();
});

Deno.test("S5 of several viewers the last one counts, and each leaves once only", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const presence = await appear(kv, { graceMs: 100 });
  const [first, second] = await Promise.all([presence.join(APP_ID), presence.join(APP_ID)]);
  first();
  first();
  await time.tickAsync(1_000);
  assert(presence.here(APP_ID));
  second();
  await time.tickAsync(100);
  assert(!presence.here(APP_ID));
  await presence.close();
});

Deno.test("X5 viewers are counted by isolate, and those of a dead isolate no more", async () => {
  using kv = await Deno.openKv(":memory:");
  const presences = await Promise.all(["a", "b", "c"].map((isolateId) => appear(kv, { isolateId })));
  for (const presence of presences) await presence.join(APP_ID);
  assertEquals(await presences[0].count(APP_ID), 3);
  await kv.set(keys.isolate("b"), { until: Date.now() - 1, host: "h", pid: 1 });
  assertEquals(await presences[0].count(APP_ID), 2);
  await kv.delete(keys.isolate("b"));
  assertEquals(await presences[0].count(APP_ID), 2);
  assert(!await isWritten(kv, "b"), "nobody else takes it away");
  for (const presence of presences) await presence.close();
  assertEquals((await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key }) => key), []);
});

Deno.test("S6 a join that fails leaves nothing behind, and the next one tries again and is told of", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const changes: boolean[] = [];
  const trouble: Trouble = {};
  const presence = await appear(troubled(kv, trouble), {
    graceMs: 100,
    onChange: (_, watched) => void changes.push(watched),
  });
  trouble.commit = () => Promise.reject(new Error("the store is away"));
  for (let n = 0; n < 3; n++) await assertRejects(() => presence.join(APP_ID), Error, "the store is away");
  delete trouble.commit;
  const leave = await presence.join(APP_ID);
  assertEquals([changes, await isWritten(kv)], [[true], true]);
  leave();
  await time.tickAsync(100);
  assertEquals([changes, presence.here(APP_ID)], [[true, false], false]);
  await presence.close();
});

Deno.test("S5 a viewer that comes while the last lease is being removed has one in the end", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  const gate = Promise.withResolvers<void>();
  const trouble: Trouble = {};
  const presence = await appear(troubled(kv, trouble), { graceMs: 100 });
  (await presence.join(APP_ID))();
  // The removal is held up, as by a lock; what comes after it is not.
  let held = false;
  trouble.commit = async (go) => {
    if (!held) {
      held = true;
      await gate.promise;
    }
    return await go();
  };
  await time.tickAsync(100);
  const joining = presence.join(APP_ID);
  await settle(kv);
  gate.resolve();
  await joining;
  await settle(kv);
  assert(await isWritten(kv));
  await presence.close();
});

Deno.test("X5 an isolate lives by its heartbeat, and one that was silent for too long says that it is back", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  using errors = quiet();
  const trouble: Trouble = {};
  let revivals = 0;
  const presence = await appear(troubled(kv, trouble), { onRevival: () => revivals++ });
  await presence.join(APP_ID);
  const until = async () => (await kv.get<{ until: number }>(keys.isolate("here"))).value!.until;
  const begun = await until();
  await time.tickAsync(8_000);
  await settle(kv);
  assertEquals(await until() - begun, 8_000);
  trouble.commit = () => Promise.reject(new Error("the store is away"));
  for (let n = 0; n < 4; n++) await time.tickAsync(8_000);
  await settle(kv);
  assertEquals([await presence.count(APP_ID), errors.lines.length, revivals], [0, 4, 0]);
  await kv.delete(keys.viewers(APP_ID, "here"));
  delete trouble.commit;
  await time.tickAsync(8_000);
  await settle(kv);
  assertEquals([await presence.count(APP_ID), revivals], [1, 1]);
  await presence.close();
});

Deno.test("X5 DESIGN 3: an isolate that is back tells of each app again that is watched there, and of no other", async () => {
  using kv = await Deno.openKv(":memory:");
  using time = new FakeTime();
  using _errors = quiet();
  const trouble: Trouble = {};
  const told: string[] = [];
  const presence = await appear(troubled(kv, trouble), {
    graceMs: 100,
    onChange: (appId, watched) => void told.push(`${appId} ${watched}`),
    onRevival: () => void told.push("back"),
  });
  const left = "left-one" as AppId;
  await presence.join(APP_ID);
  (await presence.join(left))();
  await time.tickAsync(100);
  await settle(kv);
  assertEquals(told.splice(0), [`${APP_ID} true`, `${left} true`, `${left} false`]);
  await time.tickAsync(8_000);
  await settle(kv);
  assertEquals(told, [], "a heartbeat in time is no news");
  trouble.commit = () => Promise.reject(new Error("the store is away"));
  for (let n = 0; n < 4; n++) await time.tickAsync(8_000);
  await settle(kv);
  delete trouble.commit;
  await time.tickAsync(8_000);
  await settle(kv);
  assertEquals(told, [`${APP_ID} true`, "back"]);
  await presence.close();
});

Deno.test("X10 after the goodbye nothing is written any more", async () => {
  using kv = await Deno.openKv(":memory:");
  const changes: boolean[] = [];
  const presence = await appear(kv, { onChange: (_, watched) => void changes.push(watched) });
  const leave = await presence.join(APP_ID);
  await presence.close();
  leave();
  (await presence.join(APP_ID))();
  await settle(kv);
  assertEquals((await Array.fromAsync(kv.list({ prefix: [] }))).length, 0);
  assertEquals(changes, [true]);
});

Deno.test("X3 leases of processes that are gone from this machine lapse at once, others stay", async () => {
  using kv = await Deno.openKv(":memory:");
  const isolates = { gone: ["h", 1], alive: ["h", 2], elsewhere: ["g", 1] } as const;
  for (const [id, [host, pid]] of Object.entries(isolates)) {
    await kv.set(keys.isolate(id), { until: 9e15, host, pid });
    const lease: Lease = { token: id, isolateId: id, until: 9e15 };
    await kv.set(keys.lease(`${id}-app` as AppId, "build"), lease);
    await kv.set(keys.lease(`${id}-app` as AppId, "instance"), lease);
  }
  assertEquals(await buryTheDead(kv, "h", (pid) => pid === 2), ["gone"]);
  const untils: Record<string, number[]> = {};
  for await (const { key, value } of kv.list<Lease>({ prefix: keys.leases() })) {
    (untils[key[1] as string] ??= []).push(value.until);
  }
  assertEquals(untils, { "gone-app": [0, 0], "alive-app": [9e15, 9e15], "elsewhere-app": [9e15, 9e15] });
  assertEquals((await kv.get(keys.isolate("gone"))).value, null);
  assertEquals(await buryTheDead(kv, "h", (pid) => pid === 2), []);
});
