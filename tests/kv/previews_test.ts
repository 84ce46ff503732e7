import { assert, assertEquals, assertRejects } from "@std/assert";
import { createDeliveryStore } from "../../lib/kv/deliveries.ts";
import { keys } from "../../lib/kv/keys.ts";
import { createLogStore } from "../../lib/kv/logs.ts";
import { createPreviewStore, LEASE_LIFE } from "../../lib/kv/previews.ts";
import { type Input, step } from "../../lib/preview/machine.ts";
import { EMPTY_RECORD, type EventEntry, type LogHead } from "../../lib/preview/record.ts";
import type { NumberedEvent } from "../../lib/preview/store.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID, claimed, commit, deploy, pushed, succeeded, URL } from "../preview/samples.ts";
import { makeApp } from "../support/core_isolate.ts";
import { troubled } from "../support/core_kv.ts";
import { line } from "../support/core_story.ts";

const NOW = 1_000_000;

async function openStore() {
  const kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  return { kv, store: createPreviewStore(kv) };
}

async function change(store: ReturnType<typeof createPreviewStore>, input: Input, isolateId = "here") {
  const saved = await store.change(APP_ID, ({ record }) => step(record, input, NOW, URL), {
    isolateId,
    now: () => NOW,
  });
  assert(saved !== null && saved !== "handled");
  return saved;
}

async function eventsOf(kv: Deno.Kv): Promise<NumberedEvent[]> {
  const found: NumberedEvent[] = [];
  for await (const { key, value } of kv.list<EventEntry>({ prefix: keys.events(APP_ID) })) {
    found.push({ rev: key[2] as number, ...value });
  }
  return found;
}

Deno.test("of many changes at once each one counts, and revs are dense", async () => {
  const { kv, store } = await openStore();
  const stores = [store, createPreviewStore(kv)];
  const saved = await Promise.all(
    Array.from({ length: 60 }, (_, n) => change(stores[n % 2], pushed(n + 1))),
  );
  const revs = saved.flatMap(({ entries }) => entries.map(({ rev }) => rev)).sort((a, b) => a - b);
  assertEquals(revs, Array.from({ length: 60 }, (_, i) => i + 1));
  assertEquals((await eventsOf(kv)).map(({ rev }) => rev), revs);
  const { record } = (await store.load(APP_ID))!;
  const last = saved.find(({ entries }) => entries[0].rev === 60)!;
  assertEquals(record, last.record);
  assertEquals(record.rev, 60);
  kv.close();
});

Deno.test("a step that changes nothing writes nothing; an unknown app is null", async () => {
  const { kv, store } = await openStore();
  await change(store, pushed(1));
  const before = await kv.get(keys.preview(APP_ID));
  const saved = await change(store, { type: "cancel-requested" });
  assertEquals([saved.entries, saved.record.rev], [[], 1]);
  assertEquals(await kv.get(keys.preview(APP_ID)), before);
  const unknown = AppId.parse("nobody");
  assertEquals(await store.load(unknown), null);
  const decide = () => {
    throw new Error("must not be asked");
  };
  assertEquals(await store.change(unknown, decide, { isolateId: "here", now: () => NOW }), null);
  kv.close();
});

Deno.test("A16 a new app loads as an empty record without leases", async () => {
  const { kv, store } = await openStore();
  assertEquals(await store.load(APP_ID), {
    app: APP,
    record: EMPTY_RECORD,
    leases: { build: null, instance: null },
  });
  kv.close();
});

Deno.test("S14 a delivery changes the record once, however often it comes", async () => {
  const { kv, store } = await openStore();
  const delivery = { provider: "github", id: "1" };
  await createDeliveryStore(kv).receive({
    ...delivery,
    appId: APP_ID,
    state: "received",
    at: NOW,
    push: {
      provider: "github",
      deliveryId: "1",
      repository: "ada/hello",
      branch: "main",
      before: null,
      after: commit(1),
      message: "",
      author: "ada",
      skip: false,
    },
  });
  const results = await Promise.all(
    Array.from({ length: 8 }, () =>
      store.change(APP_ID, ({ record }) => step(record, pushed(1), NOW, URL), {
        isolateId: "here",
        now: () => NOW,
        delivery,
      })),
  );
  assertEquals(results.filter((result) => result !== "handled").length, 1);
  assertEquals((await eventsOf(kv)).length, 1);
  kv.close();
});

Deno.test("X3 a lease comes and goes with its token", async () => {
  const { kv, store } = await openStore();
  const leases = async () => (await store.load(APP_ID))!.leases;
  await change(store, { type: "build-requested", commit: commit(1), deployId: deploy(1) }, "asker");
  assertEquals(await leases(), {
    build: { token: "", isolateId: "asker", until: NOW + LEASE_LIFE },
    instance: null,
  });
  assertEquals(await store.leased(), [APP_ID]);
  await change(store, claimed("queued", "a", 1), "builder");
  assertEquals((await leases()).build, { token: "a", isolateId: "builder", until: NOW + LEASE_LIFE });
  await change(store, { type: "phase-changed", token: "a", phase: "starting" }, "else");
  assertEquals((await leases()).build?.isolateId, "builder");
  await change(store, succeeded("a"), "builder");
  assertEquals(await leases(), {
    build: null,
    instance: { token: "a", isolateId: "builder", until: NOW + LEASE_LIFE },
  });
  assert(await store.renew(APP_ID, "instance", "a", NOW + 99_000));
  assert(!await store.renew(APP_ID, "instance", "b", NOW + 99_000));
  assert(!await store.renew(APP_ID, "build", "a", NOW + 99_000));
  assertEquals((await leases()).instance?.until, NOW + 99_000);
  await store.release(APP_ID, "instance", "b", true);
  assertEquals((await leases()).instance?.until, NOW + 99_000);
  await store.release(APP_ID, "instance", "a", false);
  assertEquals((await leases()).instance, { token: "a", isolateId: "builder", until: 0 });
  await store.release(APP_ID, "instance", "a", true);
  assertEquals((await leases()).instance, { token: "a", isolateId: "builder", until: 0, handedOver: true });
  await change(store, { type: "container-stopped", token: "a", reason: "idle" });
  assertEquals([await leases(), await store.leased()], [{ build: null, instance: null }, []]);
  kv.close();
});

Deno.test("X3 renewing while others write the same lease tells the truth", async () => {
  const { kv, store } = await openStore();
  await change(store, pushed(1));
  await change(store, claimed("pending", "a", 1));
  const renewed = await Promise.all(
    Array.from({ length: 20 }, (_, n) => store.renew(APP_ID, "build", "a", NOW + n)),
  );
  assertEquals(renewed.filter((ok) => !ok), []);
  kv.close();
});

Deno.test("X1 an event counts the lines of each open log; the one that closes a log counts all of them", async () => {
  const { kv, store } = await openStore();
  const logs = createLogStore(kv, { interval: 5, announce: () => {} });
  await change(store, pushed(1));
  await change(store, claimed("pending", "a", 1));
  let lost = 0;
  const writer = logs.writer(APP_ID, deploy(1), "a", () => lost++);
  let stop = false;
  const writing = (async () => {
    while (!stop && lost === 0) {
      await writer.write([line("x")]);
      await writer.flush();
    }
  })();
  for (let n = 2; n < 12; n++) await change(store, pushed(n));
  await change(store, { type: "build-failed", token: "a", message: "it broke" });
  stop = true;
  await writing;
  const events = await eventsOf(kv);
  const counts = events.filter(({ at }) => deploy(1) in at).map(({ at }) => at[deploy(1)]);
  assertEquals(counts, counts.toSorted((a, b) => a - b));
  const { value: head } = await kv.get<LogHead>(keys.logHead(deploy(1)));
  assert(head!.closed && head!.lines > 0);
  assertEquals(events.slice(-2).map(({ event, at, closes }) => [event.type, at[deploy(1)], closes]), [
    ["error", head!.lines, []],
    ["status", head!.lines, [deploy(1)]],
  ]);
  assertEquals(events.filter(({ opens }) => opens.length > 0).map(({ rev, opens }) => [rev, opens]), [[2, [
    deploy(1),
  ]]]);
  await writer.write([line("too late")]);
  await writer.flush();
  assertEquals([lost, (await logs.head(deploy(1)))!.lines], [1, head!.lines]);
  kv.close();
});

Deno.test("X3 a takeover keeps the log's lines and shuts out whoever wrote before", async () => {
  const { kv, store } = await openStore();
  const logs = createLogStore(kv, { interval: 0, announce: () => {} });
  await change(store, pushed(1));
  await change(store, claimed("pending", "a", 1));
  let lost = 0;
  const dead = logs.writer(APP_ID, deploy(1), "a", () => lost++);
  await dead.write([line("one")]);
  await dead.flush();
  const { entries } = await change(store, claimed("takeover", "b", 2));
  assertEquals(entries.map(({ at, opens, closes }) => [at, opens, closes]), [[{ [deploy(1)]: 1 }, [], []]]);
  assertEquals(await logs.head(deploy(1)), { appId: APP_ID, lines: 1, first: 0, closed: false, token: "b" });
  await dead.write([line("two")]);
  await dead.flush();
  assertEquals([lost, (await logs.head(deploy(1)))!.lines], [1, 1]);
  kv.close();
});

Deno.test("B3 deploys are listed newest first, with how they ended", async () => {
  const { kv, store } = await openStore();
  await change(store, pushed(1));
  await change(store, claimed("pending", "a", 1));
  await change(store, { type: "build-failed", token: "a", message: "it broke" });
  await change(store, pushed(2));
  await change(store, claimed("pending", "b", 2));
  await change(store, succeeded("b"));
  const deploys = await store.deploys(APP_ID, 10);
  assertEquals(
    deploys.map(({ id, commit, trigger, status, error, endedAt }) => ({
      id,
      commit,
      trigger,
      status,
      error,
      endedAt,
    })),
    [
      { id: deploy(2), commit: commit(2), trigger: "push", status: "live", error: null, endedAt: null },
      {
        id: deploy(1),
        commit: commit(1),
        trigger: "push",
        status: "failed",
        error: "it broke",
        endedAt: NOW,
      },
    ],
  );
  assertEquals((await store.deploys(APP_ID, 1)).map(({ id }) => id), [deploy(2)]);
  assertEquals((await store.deploy(APP_ID, deploy(1)))?.status, "failed");
  assertEquals(await store.deploy(APP_ID, deploy(9)), null);
  kv.close();
});

Deno.test("a dashboard's line follows the record, and its feed wakes whoever watches", async () => {
  const { kv, store } = await openStore();
  const feed = async () => (await kv.get<Deno.KvU64>(keys.feed(APP.owner))).value?.value;
  assertEquals(await feed(), 1n);
  await change(store, pushed(1));
  assertEquals((await kv.get(keys.board(APP.owner, APP_ID))).value, {
    name: "Hello",
    state: "idle",
    pendingBuild: true,
    commit: null,
    at: NOW,
  });
  assertEquals(await feed(), 2n);
  kv.close();
});

Deno.test("a commit of unknown effect is thrown, and the same input afterwards changes nothing twice", async () => {
  const { kv } = await openStore();
  let failing = true;
  const store = createPreviewStore(troubled(kv, {
    async commit(go) {
      const result = await go();
      if (failing) throw new Error("connection lost");
      return result;
    },
  }));
  await assertRejects(() => change(store, pushed(1)), Error, "connection lost");
  failing = false;
  assertEquals((await change(store, pushed(1))).entries, []);
  assertEquals((await eventsOf(kv)).length, 1);
  kv.close();
});

Deno.test("A19 the last request to a preview is remembered, whatever order they come in", async () => {
  const { kv, store } = await openStore();
  assertEquals(await store.active(APP_ID), 0);
  await Promise.all([5, 9, 7].map((at) => store.touch(APP_ID, at)));
  assertEquals(await store.active(APP_ID), 9);
  kv.close();
});
