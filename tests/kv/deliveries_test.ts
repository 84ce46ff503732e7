import { assert, assertEquals } from "@std/assert";
import { createDeliveryStore, markHandled } from "../../lib/kv/deliveries.ts";
import { keys } from "../../lib/kv/keys.ts";
import { AppId, CommitId } from "../../lib/protocol/ids.ts";
import type { Delivery } from "../../lib/webhook/delivery.ts";

const delivery = (id: string): Delivery => ({
  provider: "github",
  id: `shop:${id}`,
  appId: AppId.parse("shop"),
  state: "received",
  at: 1,
  push: {
    provider: "github",
    deliveryId: id,
    repository: "octo/shop",
    branch: "main",
    before: null,
    after: CommitId.parse("b".repeat(40)),
    message: "m",
    author: "a",
    skip: false,
  },
});

Deno.test("X9 the inbox keeps the first delivery of an id and tells it to all who come after", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createDeliveryStore(kv);
  const kept = await Promise.all([1, 2, 3].map((at) => store.receive({ ...delivery("x"), at })));
  assertEquals(new Set(kept.map((one) => one.at)).size, 1);
  assertEquals(await Array.fromAsync(store.unhandled()), [kept[0]]);
});

Deno.test("S14 a delivery becomes handled with the commit it belongs to, or not at all", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createDeliveryStore(kv);
  await store.receive(delivery("x"));
  const stale = await kv.get(["record"]);
  await kv.set(["record"], 1);

  const lost = kv.atomic().check(stale).set(["record"], 2);
  assert(await markHandled(kv, lost, "github", "shop:x"));
  assertEquals((await lost.commit()).ok, false);
  assertEquals((await Array.fromAsync(store.unhandled())).length, 1);

  const won = kv.atomic().check(await kv.get(["record"])).set(["record"], 3);
  assert(await markHandled(kv, won, "github", "shop:x"));
  assertEquals((await won.commit()).ok, true);
  assertEquals(await Array.fromAsync(store.unhandled()), []);
  assertEquals((await kv.get(keys.inbox("github", "shop:x"))).value, null);
  assertEquals((await store.receive(delivery("x"))).state, "handled");
});

Deno.test("S14 of two commits that handle one delivery at once, one fails and is then told why", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createDeliveryStore(kv);
  await store.receive(delivery("x"));
  const commits = [kv.atomic().set(["first"], 1), kv.atomic().set(["second"], 1)];
  for (const atomic of commits) assert(await markHandled(kv, atomic, "github", "shop:x"));
  const results = await Promise.all(commits.map((atomic) => atomic.commit()));
  assertEquals(results.filter((result) => result.ok).length, 1);
  assertEquals(await markHandled(kv, kv.atomic(), "github", "shop:x"), false);
});

Deno.test("X9 a delivery that was never kept, or was dropped, is nothing to act on", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createDeliveryStore(kv);
  assertEquals(await markHandled(kv, kv.atomic(), "github", "shop:none"), false);
  await store.receive(delivery("x"));
  await store.drop(delivery("x"));
  assertEquals(await markHandled(kv, kv.atomic(), "github", "shop:x"), false);
  assertEquals(await Array.fromAsync(store.unhandled()), []);
});
