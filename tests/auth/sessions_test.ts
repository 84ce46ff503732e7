import { assert, assertEquals } from "@std/assert";
import { createSession, endSession, findSession, SESSION_LIFE } from "../../lib/auth/sessions.ts";
import { sha256Hex } from "../../lib/auth/secrets.ts";
import { ada, DAY, interrupted, NOW, storeOn } from "./store.ts";

Deno.test("A26 a session is found by its cookie's value until it ends", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { value } = await createSession(store, ada, NOW);
  assertEquals((await findSession(store, value, NOW))?.session.user, ada);
  assertEquals(await findSession(store, "x".repeat(43), NOW), null);
  await endSession(store, value);
  await endSession(store, value);
  assertEquals(await findSession(store, value, NOW), null);
});

Deno.test("A26 whoever reads the store finds no cookie value in it", async () => {
  using kv = await Deno.openKv(":memory:");
  const { value } = await createSession(storeOn(kv), ada, NOW);
  const stored: string[] = [];
  for await (const entry of kv.list({ prefix: [] })) stored.push(JSON.stringify([entry.key, entry.value]));
  assertEquals(stored.length, 1);
  assert(!stored[0].includes(value));
  assert(stored[0].includes(await sha256Hex(value)));
});

Deno.test("A26 a session ends 30 days after the last visit", async () => {
  using kv = await Deno.openKv(":memory:");
  let now = NOW;
  const store = storeOn(kv, () => now);
  const { value } = await createSession(store, ada, now);
  for (let i = 0; i < 4; i++) {
    now += 29 * DAY;
    assertEquals((await findSession(store, value, now))?.extended, true);
  }
  assertEquals((await findSession(store, value, now + SESSION_LIFE - 1))?.session.user, ada);
  assertEquals(await findSession(store, value, now + 2 * SESSION_LIFE), null);
});

Deno.test("A26 a session is extended once a day, also when two requests come at once", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { value } = await createSession(store, ada, NOW);
  assertEquals((await findSession(store, value, NOW + DAY - 1))?.extended, false);
  const both = await Promise.all([1, 2, 3].map(() => findSession(store, value, NOW + DAY)));
  for (const found of both) assertEquals(found?.session.until, NOW + DAY + SESSION_LIFE);
  assertEquals((await findSession(store, value, NOW + DAY + 1))?.extended, false);
});

Deno.test("X7 a session that is ended while it is being extended stays ended", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { value, hash } = await createSession(store, ada, NOW);
  const slow = storeOn(interrupted(kv, () => store.endSession(hash)));
  assertEquals(await slow.extendSession(hash, NOW + 2 * SESSION_LIFE), false);
  assertEquals(await store.findSession(hash), null);
  const gone = {
    ...store,
    findSession: () => Promise.resolve({ user: ada, createdAt: NOW, until: NOW + DAY }),
  };
  assertEquals(await findSession(gone, value, NOW), null);
});
