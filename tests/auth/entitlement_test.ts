import { assertEquals } from "@std/assert";
import { createApiToken, revokeApiToken } from "../../lib/auth/api_tokens.ts";
import { type Ground, groundsOf } from "../../lib/auth/entitlement.ts";
import { createOrganisation, putMember, removeMember } from "../../lib/auth/owners.ts";
import { sha256Hex } from "../../lib/auth/secrets.ts";
import { createSession, endSession } from "../../lib/auth/sessions.ts";
import { ensureUser } from "../../lib/auth/users.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { createGrounds } from "../../lib/kv/grounds.ts";
import { APP } from "../preview/samples.ts";
import { ada, bob, DAY, NOW, storeOn } from "./store.ts";

/** An organisation of ada's with bob in it and an app, and what a stream of bob's rests on. */
async function scene(kv: Deno.Kv) {
  const clock = { now: NOW };
  const store = storeOn(kv, () => clock.now);
  const apps = createAppStore(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  const { id: owner } = await createOrganisation(store, "Team", ada);
  await putMember(store, ada, { owner, user: bob, role: "member" });
  const app = { ...APP, owner, createdAt: NOW };
  await apps.create(app);
  const { hash, value } = await createSession(store, bob, NOW);
  const session = groundsOf(bob, { via: "session", credential: hash }, app);
  const grounds = createGrounds(kv, () => clock.now);
  grounds.close();
  const missing = async (all: Ground[] = session) => (await grounds.missing(all))?.type ?? null;
  return { store, apps, owner, app, value, session, clock, missing };
}

Deno.test("X7 S8 the right to a stream ends with the session that opened it", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  assertEquals(await it.missing(), null);
  await endSession(it.store, it.value);
  assertEquals(await it.missing(), "session");
});

Deno.test("X7 a session whose time is over gives no right, though the store has it still", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  it.clock.now = NOW + 30 * DAY - 1;
  assertEquals(await it.missing(), null);
  it.clock.now++;
  assertEquals(await it.missing(), "session");
});

Deno.test("X7 S8 a stream that an API token opened ends when the token is revoked", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  const { token, view } = await createApiToken(it.store, bob, "tail", NOW);
  const grounds = groundsOf(bob, { via: "token", credential: await sha256Hex(token) }, it.app);
  assertEquals(await it.missing(grounds), null);
  await revokeApiToken(it.store, bob, view.id);
  assertEquals(await it.missing(grounds), "token");
  assertEquals(await it.missing(), null);
});

Deno.test("X7 S8 the right to a stream ends with the membership that gave it", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  await removeMember(it.store, ada, it.owner, bob);
  assertEquals(await it.missing(), "membership");
});

Deno.test("X7 the right to an app does not pass to another one that is made under its id", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  await it.apps.remove(it.app);
  assertEquals(await it.missing(), "app");
  await it.apps.wipe(it.app.id);
  await it.apps.create({ ...it.app, createdAt: NOW + 1 });
  assertEquals(await it.missing(), "app");
});

Deno.test("X7 somebody else's session or token gives no right", async () => {
  using kv = await Deno.openKv(":memory:");
  const it = await scene(kv);
  const { hash } = await createSession(it.store, ada, NOW);
  const { token } = await createApiToken(it.store, ada, "hers", NOW);
  const borrowed = (via: "session" | "token", credential: string) =>
    it.missing(groundsOf(bob, { via, credential }, it.app));
  assertEquals(await borrowed("session", hash), "session");
  assertEquals(await borrowed("token", await sha256Hex(token)), "token");
});
