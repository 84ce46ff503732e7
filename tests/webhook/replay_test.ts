import { assert, assertEquals } from "@std/assert";
import { CommitId } from "../../lib/protocol/ids.ts";
import type { Delivery } from "../../lib/webhook/delivery.ts";
import { replayInbox } from "../../lib/webhook/replay.ts";
import { inboxOn, unexpected } from "./inbox.ts";
import { app, NOW } from "./sent.ts";

const delivery = (digit: string, at: number): Delivery => ({
  provider: "github",
  id: `${app.id}:${digit}`,
  appId: app.id,
  state: "received",
  at,
  push: {
    provider: "github",
    deliveryId: digit,
    repository: null,
    branch: "main",
    before: null,
    after: CommitId.parse(digit.repeat(40)),
    message: null,
    author: null,
    skip: false,
  },
});

Deno.test("X9 what was kept and not acted on is acted on by the sweep, oldest first, once", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  await inbox.deliveries.receive(delivery("2", NOW - 20_000));
  await inbox.deliveries.receive(delivery("3", NOW - 30_000));
  await inbox.deliveries.receive(delivery("1", NOW - 10_001));
  assertEquals(await replayInbox({ ...inbox, now: NOW, onError: unexpected }), 3);
  assertEquals((await inbox.builds()).map((commit) => commit[0]), ["3", "2", "1"]);
  assertEquals(await replayInbox({ ...inbox, now: NOW, onError: unexpected }), 0);
  assertEquals((await inbox.builds()).length, 3);
});

Deno.test("X9 the sweep leaves a fresh delivery to the isolate that took it", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  await inbox.deliveries.receive(delivery("1", NOW - 10_000));
  assertEquals(await replayInbox({ ...inbox, now: NOW, onError: unexpected }), 0);
  assertEquals(await inbox.builds(), []);
  assertEquals(await replayInbox({ ...inbox, now: NOW + 1, onError: unexpected }), 1);
});

Deno.test("S14 several isolates that sweep at once build once", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  for (const digit of ["1", "2", "3"]) await inbox.deliveries.receive(delivery(digit, NOW - 20_000));
  const handled = await Promise.all(
    Array.from({ length: 5 }, () => replayInbox({ ...inbox, now: NOW, onError: unexpected })),
  );
  assertEquals(handled.reduce((a, b) => a + b), 3);
  assertEquals((await inbox.builds()).length, 3);
});

Deno.test("X9 one delivery that fails does not hold up the others, and is tried again", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  await inbox.deliveries.receive(delivery("1", NOW - 30_000));
  await inbox.deliveries.receive(delivery("2", NOW - 20_000));
  const errors: unknown[] = [];
  const handle: typeof inbox.handle = (appId, push, ref) =>
    push.deliveryId === "1" ? Promise.reject(new Error("no")) : inbox.handle(appId, push, ref);
  assertEquals(await replayInbox({ ...inbox, handle, now: NOW, onError: (e) => errors.push(e) }), 1);
  assert(errors.length === 1);
  assertEquals(await replayInbox({ ...inbox, now: NOW, onError: unexpected }), 1);
  assertEquals((await inbox.builds()).map((commit) => commit[0]), ["2", "1"]);
});

Deno.test("X9 a delivery for an app that is gone is forgotten", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  await inbox.deliveries.receive(delivery("1", NOW - 30_000));
  const handle = () => Promise.resolve("gone" as const);
  assertEquals(await replayInbox({ ...inbox, handle, now: NOW, onError: unexpected }), 0);
  assertEquals(await Array.fromAsync(inbox.deliveries.unhandled()), []);
});
