import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { keys } from "../../lib/kv/keys.ts";
import type { App } from "../../lib/preview/app.ts";
import { EMPTY_RECORD, type Lease, type PreviewRecord } from "../../lib/preview/record.ts";
import { createLookup, type LookupOptions } from "../../lib/proxy/lookup.ts";
import { previewView } from "../../lib/proxy/view.ts";
import { AppId, CommitId, DeployId, OwnerId } from "../../lib/protocol/ids.ts";
import { SHOP } from "./support.ts";

const COMMIT = CommitId.parse("a".repeat(40));
const DEPLOY = DeployId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");

const APP: App = {
  id: SHOP,
  name: "Shop",
  owner: OwnerId.parse("ada"),
  repository: "https://git.example/shop.git",
  branch: "main",
  commands: {},
  env: {},
  webhookSecret: "s",
  createdAt: 0,
} as App;

const RUNNING: PreviewRecord = {
  ...EMPTY_RECORD,
  rev: 3,
  instance: {
    id: "i",
    deployId: DEPLOY,
    commit: COMMIT,
    url: "http://127.0.0.1:40123",
    startedAt: 0,
    token: "token",
    workspace: "token",
  },
};

const lease = (until: number): Lease => ({ token: "token", isolateId: "me", until });

async function setUp(options: Partial<LookupOptions> = {}) {
  const kv = await Deno.openKv(":memory:");
  const lookup = createLookup(kv, { toView: previewView, ...options });
  return {
    kv,
    lookup,
    async [Symbol.asyncDispose]() {
      await lookup.close();
      kv.close();
    },
  };
}

/** Waits until a watch of this very store has told of a change, as the lookup's own, which is older, then has too. */
async function watched(kv: Deno.Kv, key: Deno.KvKey, change: () => Promise<unknown>): Promise<void> {
  const reader = kv.watch([key]).getReader();
  const before = (await reader.read()).value![0].versionstamp;
  await change();
  while ((await reader.read()).value![0].versionstamp === before);
  await reader.cancel();
}

Deno.test("A18 the lookup knows apps as the store has them, and says null for others", async () => {
  await using store = await setUp({ now: () => 1_000 });
  const { kv, lookup } = store;
  assertEquals(await lookup.find(SHOP), null);
  assertEquals(lookup.size, 0);
  await kv.set(keys.app(SHOP), APP);
  const fresh = {
    name: "Shop",
    state: "uninitialized" as const,
    upstream: null,
    pendingBuild: false,
    error: null,
  };
  assertEquals(await lookup.find(SHOP), fresh);
  assertEquals(await lookup.find(AppId.parse("other")), null);
  assertEquals(lookup.size, 1);
});

Deno.test("A18 a change reaches the proxy through the watch, without reading the store again", async () => {
  await using store = await setUp({ now: () => 1_000 });
  const { kv, lookup } = store;
  await kv.set(keys.app(SHOP), APP);
  await lookup.find(SHOP);
  await watched(
    kv,
    keys.preview(SHOP),
    () =>
      kv.atomic().set(keys.lease(SHOP, "instance"), lease(31_000)).set(keys.preview(SHOP), RUNNING).commit(),
  );
  // `now` stands still, so no re-reading is due.
  let view = await lookup.find(SHOP);
  for (let tries = 0; view?.upstream == null && tries < 100; tries++) {
    await watched(kv, ["tick"], () => kv.set(["tick"], tries));
    view = await lookup.find(SHOP);
  }
  assertEquals([view?.state, view?.upstream], ["running", "http://127.0.0.1:40123"]);
});

Deno.test("S2 a page visit is answered from the store as it is now, however far behind the watch may be", async () => {
  await using store = await setUp({ now: () => 1_000 });
  const { kv, lookup } = store;
  await kv.set(keys.app(SHOP), APP);
  await kv.set(keys.lease(SHOP, "instance"), lease(31_000));
  await lookup.find(SHOP);
  for (let port = 40_000; port < 40_100; port++) {
    const url = `http://127.0.0.1:${port}`;
    await kv.set(keys.preview(SHOP), { ...RUNNING, instance: { ...RUNNING.instance!, url } });
    assertEquals((await lookup.find(SHOP, { fresh: true }))?.upstream, url);
    // What the page then asks for must not go back to the version before.
    assertEquals((await lookup.find(SHOP))?.upstream, url);
  }
});

Deno.test("S11 an instance whose lease has lapsed is not forwarded to, and the proxy and people see the same state", async () => {
  let now = 1_000;
  await using store = await setUp({ now: () => now });
  const { kv, lookup } = store;
  await kv.set(keys.app(SHOP), APP);
  await kv.set(keys.preview(SHOP), RUNNING);
  await kv.set(keys.lease(SHOP, "instance"), lease(31_000));
  assertEquals((await lookup.find(SHOP))?.upstream, "http://127.0.0.1:40123");
  now = 31_000;
  const view = await lookup.find(SHOP);
  assertEquals([view?.state, view?.upstream], ["sleeping", null]);
});

Deno.test("A18 what another process wrote is read after a second at the latest", async () => {
  let now = 1_000;
  const dir = await Deno.makeTempDir({ prefix: "wakelight-lookup-" });
  const path = `${dir}/kv.sqlite`;
  const kv = await Deno.openKv(path);
  await kv.set(keys.app(SHOP), APP);
  const lookup = createLookup(kv, { toView: previewView, now: () => now });
  assertEquals((await lookup.find(SHOP))?.name, "Shop");
  const code = `const kv = await Deno.openKv(${JSON.stringify(path)});
    const { value } = await kv.get(["app", "shop"]);
    await kv.set(["app", "shop"], { ...value, name: "Renamed" });
    kv.close();`;
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--unstable-kv", code] })
    .output();
  assertEquals(success, true);
  assertEquals((await lookup.find(SHOP))?.name, "Shop");
  now += 1_000;
  assertEquals((await lookup.find(SHOP))?.name, "Renamed");
  await lookup.close();
  kv.close();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("A18 an app is dropped after a minute without requests, and no earlier", async () => {
  using time = new FakeTime();
  await using store = await setUp();
  const { kv, lookup } = store;
  await kv.set(keys.app(SHOP), APP);
  await lookup.find(SHOP);
  time.tick(59_999);
  assertEquals(lookup.size, 1);
  await lookup.find(SHOP);
  time.tick(59_999);
  assertEquals(lookup.size, 1);
  time.tick(1);
  assertEquals(lookup.size, 0);
  assertEquals((await lookup.find(SHOP))?.name, "Shop");
  assertEquals(lookup.size, 1);
});

Deno.test("A17 a deleted app is unknown at once, and requests that come together watch it once", async () => {
  let now = 1_000;
  await using store = await setUp({ now: () => now });
  const { kv, lookup } = store;
  await kv.set(keys.app(SHOP), APP);
  const views = await Promise.all(Array.from({ length: 20 }, () => lookup.find(SHOP)));
  assertEquals(views.filter((view) => view?.name === "Shop").length, 20);
  assertEquals(lookup.size, 1);
  await kv.delete(keys.app(SHOP));
  now += 1_000;
  assertEquals(await lookup.find(SHOP), null);
});

Deno.test("A18 a closed lookup holds nothing and still answers", async () => {
  const { kv, lookup } = await setUp();
  await kv.set(keys.app(SHOP), APP);
  await lookup.find(SHOP);
  await lookup.close();
  assertEquals(lookup.size, 0);
  assertEquals((await lookup.find(SHOP))?.name, "Shop");
  assertEquals(lookup.size, 0);
  kv.close();
});
