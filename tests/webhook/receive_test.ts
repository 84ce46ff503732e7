import { assert, assertEquals, assertRejects } from "@std/assert";
import { findProvider } from "../../lib/webhook/provider.ts";
import { type Incoming, receive } from "../../lib/webhook/receive.ts";
import { inboxOn, unexpected } from "./inbox.ts";
import { app, genericSends, githubPush, githubSends, NEW, NONE, NOW, type Sent, sign } from "./sent.ts";

const github = findProvider("github")!;
const generic = findProvider("generic")!;

function incoming(kv: Deno.Kv, sent: Sent, change: Partial<Incoming> = {}) {
  const { deliveries, handle, builds } = inboxOn(kv);
  const all: Incoming = {
    provider: github,
    ...sent,
    app,
    deliveries,
    handle,
    now: NOW,
    onError: unexpected,
    ...change,
  };
  return { go: () => receive(all), builds, deliveries };
}

async function entries(kv: Deno.Kv): Promise<number> {
  let count = 0;
  for await (const _ of kv.list({ prefix: [] })) count++;
  return count;
}

Deno.test("X9 a signed push is kept, acted on, and accepted", async () => {
  using kv = await Deno.openKv(":memory:");
  const { go, builds, deliveries } = incoming(kv, githubSends(githubPush()));
  assertEquals(await go(), {
    ok: true,
    outcome: "accepted",
    deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  });
  assertEquals(await builds(), [NEW]);
  assertEquals(await Array.fromAsync(deliveries.unhandled()), []);
});

Deno.test("X9 a push with a wrong signature is refused before anything is read or kept", async () => {
  using kv = await Deno.openKv(":memory:");
  const bad = [
    githubSends(githubPush(), { "x-hub-signature-256": sign("other body") }),
    githubSends(githubPush(), { "x-hub-signature-256": "sha256=00" }),
    githubSends("{", { "x-hub-signature-256": "sha256=00" }),
    githubSends({ zen: "ping" }, { "x-github-event": "ping", "x-hub-signature-256": "" }),
  ];
  for (const sent of bad) {
    assertEquals(await incoming(kv, sent).go(), { ok: false, code: "invalid_signature" });
  }
  assertEquals(await entries(kv), 0);
});

Deno.test("X9 what is refused or ignored is not kept", async () => {
  using kv = await Deno.openKv(":memory:");
  const table: [sent: Sent, answer: string][] = [
    [githubSends("{"), "invalid_json"],
    [githubSends(githubPush({ after: "HEAD" })), "invalid_payload"],
    [githubSends({ zen: "x" }, { "x-github-event": "ping" }), "ping"],
    [githubSends(githubPush(), { "x-github-event": "star" }), "event is not a push"],
    [githubSends(githubPush({ ref: "refs/tags/v1" })), "ref is not a branch"],
    [githubSends(githubPush({ ref: "refs/heads/other" })), "another branch"],
    [githubSends(githubPush({ ref: "refs/heads/Main" })), "another branch"],
    [githubSends(githubPush({ after: NONE, deleted: true })), "branch was deleted"],
    [githubSends(githubPush({ head_commit: { message: "Docs [skip preview]" } })), "[skip preview]"],
  ];
  for (const [sent, answer] of table) {
    const result = await incoming(kv, sent).go();
    assertEquals(result.ok ? "reason" in result && result.reason : result.code, answer);
  }
  assertEquals(await entries(kv), 0);
});

Deno.test("S14 a delivery that comes again builds nothing", async () => {
  using kv = await Deno.openKv(":memory:");
  const { go, builds } = incoming(kv, githubSends(githubPush()));
  assertEquals((await go()).ok, true);
  for (let i = 0; i < 3; i++) {
    const again = await go();
    assert(again.ok && again.outcome === "duplicate");
  }
  assertEquals(await builds(), [NEW]);
});

Deno.test("S14 twenty of one delivery at once build once", async () => {
  const path = await Deno.makeTempFile({ prefix: "hwebhook-", suffix: ".sqlite" });
  try {
    using first = await Deno.openKv(path);
    using second = await Deno.openKv(path);
    const sent = githubSends(githubPush());
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => incoming(i % 2 ? first : second, sent, { patience: 60_000 }).go()),
    );
    const outcomes = results.map((result) => result.ok ? result.outcome : result.code);
    assertEquals(outcomes.filter((outcome) => outcome === "accepted").length, 1);
    assertEquals(outcomes.filter((outcome) => outcome === "duplicate").length, 19);
    assertEquals(await inboxOn(first).builds(), [NEW]);
  } finally {
    for (const suffix of ["", "-shm", "-wal"]) await Deno.remove(path + suffix).catch(() => {});
  }
});

Deno.test("S14 a delivery that was kept but not acted on is no duplicate: it builds when it comes again", async () => {
  using kv = await Deno.openKv(":memory:");
  const sent = githubSends(githubPush());
  const errors: unknown[] = [];
  const failing = incoming(kv, sent, {
    handle: () => Promise.reject(new Error("the store is locked")),
    onError: (error) => errors.push(error),
  });
  const first = await failing.go();
  assert(first.ok && first.outcome === "accepted");
  assertEquals(errors.length, 1);
  assertEquals((await Array.fromAsync(failing.deliveries.unhandled())).length, 1);
  const { go, builds } = incoming(kv, sent, { now: NOW + 60_000 });
  const second = await go();
  assert(second.ok && second.outcome === "accepted");
  assertEquals(await builds(), [NEW]);
});

Deno.test("X9 the host is answered in time, also when acting on the push takes longer", async () => {
  using kv = await Deno.openKv(":memory:");
  const inbox = inboxOn(kv);
  const released = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const { go } = incoming(kv, githubSends(githubPush()), {
    patience: 1,
    handle: async (...args) => {
      await released.promise;
      const result = await inbox.handle(...args);
      finished.resolve();
      return result;
    },
  });
  const answer = await go();
  assert(answer.ok && answer.outcome === "accepted");
  assertEquals(await inbox.builds(), []);
  released.resolve();
  await finished.promise;
  assertEquals(await inbox.builds(), [NEW]);
});

Deno.test("X9 a host that could not be given a promise sees the failure and sends again", async () => {
  const kv = await Deno.openKv(":memory:");
  const { go } = incoming(kv, githubSends(githubPush()));
  kv.close();
  await assertRejects(go);
});

Deno.test("S14 two apps on one repository each build a delivery of one id", async () => {
  using kv = await Deno.openKv(":memory:");
  const sent = githubSends(githubPush());
  const docs = { ...app, id: "docs" as typeof app.id };
  for (const target of [app, docs]) {
    const answer = await incoming(kv, sent, { app: target }).go();
    assert(answer.ok && answer.outcome === "accepted");
  }
  assertEquals(await inboxOn(kv).builds(), [NEW, NEW]);
});

Deno.test("S14 without a delivery id equal bodies are one delivery", async () => {
  using kv = await Deno.openKv(":memory:");
  const push = (after: string) =>
    incoming(kv, genericSends({ branch: "main", after }), { provider: generic }).go();
  const first = await push(NEW);
  assert(first.ok && first.outcome === "accepted" && /^body-[0-9a-f]{64}$/.test(first.deliveryId));
  const again = await push(NEW);
  assert(again.ok && again.outcome === "duplicate");
  const other = await push("c".repeat(40));
  assert(other.ok && other.outcome === "accepted");
});

Deno.test("X9 a delivery id of any length and letters becomes a key that the store can hold", async () => {
  using kv = await Deno.openKv(":memory:");
  for (const id of ["x".repeat(8000), "a:b", "é", "../..", " spaced out "]) {
    const sent = githubSends(githubPush(), { "x-github-delivery": id });
    const first = await incoming(kv, sent).go();
    assert(first.ok && first.outcome === "accepted" && /^hash-[0-9a-f]{64}$/.test(first.deliveryId), id);
    const again = await incoming(kv, sent).go();
    assert(again.ok && again.outcome === "duplicate");
  }
});

Deno.test("X9 hosts are found by the name in the webhook's address", () => {
  assertEquals(github.name, "github");
  assertEquals(generic.name, "generic");
  assertEquals(findProvider("constructor"), null);
  assertEquals(findProvider(""), null);
});
