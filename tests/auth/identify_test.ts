import { assert, assertEquals } from "@std/assert";
import { createApiToken, revokeApiToken } from "../../lib/auth/api_tokens.ts";
import { identify } from "../../lib/auth/identify.ts";
import { createSession } from "../../lib/auth/sessions.ts";
import { ensureUser } from "../../lib/auth/users.ts";
import type { UserId } from "../../lib/protocol/ids.ts";
import { ada, bob, DAY, NOW, storeOn } from "./store.ts";

const PLAIN = { now: NOW, secure: false };
const request = (headers: HeadersInit) => new Request("http://localhost:8000/api/apps", { headers });

async function people(kv: Deno.Kv) {
  const store = storeOn(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  await ensureUser(store, { id: bob, name: "Bob" }, NOW);
  return store;
}

Deno.test("A26 a request is known by its session cookie or by its API token", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = await people(kv);
  const { value } = await createSession(store, ada, NOW);
  const { token, view } = await createApiToken(store, bob, "CI", NOW);
  const bySession = await identify(request({ cookie: `wakelight_session=${value}` }), store, PLAIN);
  assertEquals([bySession?.user.id, bySession?.via, bySession?.setCookie], [ada, "session", undefined]);
  const byToken = await identify(request({ authorization: `Bearer ${token}` }), store, PLAIN);
  assertEquals([byToken?.user.id, byToken?.via], [bob, "token"]);
  assertEquals(await identify(request({}), store, PLAIN), null);
  await revokeApiToken(store, bob, view.id);
  assertEquals(await identify(request({ authorization: `Bearer ${token}` }), store, PLAIN), null);
});

Deno.test("X16 a wrong API token does not pass on the strength of a cookie", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = await people(kv);
  const { value } = await createSession(store, ada, NOW);
  const both = { cookie: `wakelight_session=${value}`, authorization: `Bearer wl_${"x".repeat(43)}` };
  assertEquals(await identify(request(both), store, PLAIN), null);
});

Deno.test("A26 a visit that extends the session renews the browser's cookie as well", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = await people(kv);
  const { value } = await createSession(store, ada, NOW);
  const cookie = `__Host-wakelight_session=${value}`;
  const identity = await identify(request({ cookie }), store, { now: NOW + 2 * DAY, secure: true });
  assert(identity?.setCookie?.startsWith(`${cookie}; HttpOnly`));
});

Deno.test("X16 a cookie that a preview planted does not make one act for somebody else", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = await people(kv);
  const mine = (await createSession(store, ada, NOW)).value;
  const planted = (await createSession(store, bob, NOW)).value;
  for (const [a, b] of [[mine, planted], [planted, mine]]) {
    const cookie = `wakelight_session=${a}; wakelight_session=${b}`;
    assertEquals(await identify(request({ cookie }), store, PLAIN), null);
  }
  const cookie = `wakelight_session=${"j".repeat(43)}; wakelight_session=${mine}`;
  assertEquals((await identify(request({ cookie }), store, PLAIN))?.user.id, ada);
});

Deno.test("A26 the session of a user who is no more is nobody's", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = await people(kv);
  const { value } = await createSession(store, "ghost" as UserId, NOW);
  assertEquals(await identify(request({ cookie: `wakelight_session=${value}` }), store, PLAIN), null);
});
