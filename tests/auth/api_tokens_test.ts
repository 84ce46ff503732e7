import { assert, assertEquals, assertRejects } from "@std/assert";
import { createApiToken, findApiToken, listApiTokens, revokeApiToken } from "../../lib/auth/api_tokens.ts";
import { sha256Hex } from "../../lib/auth/secrets.ts";
import { ada, bob, HOUR, interrupted, NOW, storeOn } from "./store.ts";

Deno.test("A26 an API token is found until it is revoked, and stored as a hash only", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { token, view } = await createApiToken(store, ada, " CI ", NOW);
  assert(/^wl_[\w-]{43}$/.test(token));
  for await (const { key, value } of kv.list({ prefix: [] })) {
    assert(!JSON.stringify([key, value]).includes(token.slice(3)));
  }
  assertEquals((await findApiToken(store, token, NOW))?.user, ada);
  assertEquals(await findApiToken(store, token.slice(0, -1), NOW), null);
  assertEquals(await findApiToken(store, token.slice(3), NOW), null);
  assertEquals(await revokeApiToken(store, ada, view.id), true);
  assertEquals(await revokeApiToken(store, ada, view.id), false);
  assertEquals(await findApiToken(store, token, NOW), null);
});

Deno.test("A26 a user sees his own tokens, newest first, without anything that opens a door", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  await createApiToken(store, ada, "old", NOW);
  await createApiToken(store, ada, "new", NOW + 1);
  await createApiToken(store, bob, "bob's", NOW);
  const listed = await listApiTokens(store, ada);
  assertEquals(listed.map((token) => token.name), ["new", "old"]);
  for (const view of listed) {
    assertEquals(Object.keys(view).sort(), ["createdAt", "id", "lastUsedAt", "name"]);
  }
});

Deno.test("A26 nobody can revoke somebody else's token", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { token, view } = await createApiToken(store, ada, "CI", NOW);
  assertEquals(await revokeApiToken(store, bob, view.id), false);
  assertEquals((await findApiToken(store, token, NOW))?.user, ada);
});

Deno.test("A26 the last use is noted to the hour", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { token } = await createApiToken(store, ada, "CI", NOW);
  const lastUsed = async () => (await listApiTokens(store, ada))[0].lastUsedAt;
  assertEquals(await lastUsed(), null);
  await findApiToken(store, token, NOW + 5);
  assertEquals(await lastUsed(), NOW + 5);
  await findApiToken(store, token, NOW + HOUR);
  assertEquals(await lastUsed(), NOW + 5);
  await findApiToken(store, token, NOW + 5 + HOUR);
  assertEquals(await lastUsed(), NOW + 5 + HOUR);
});

Deno.test("X7 noting a use does not bring back a token that is revoked meanwhile", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const { token, view } = await createApiToken(store, ada, "CI", NOW);
  const hash = await sha256Hex(token);
  await storeOn(interrupted(kv, () => revokeApiToken(store, ada, view.id))).touchApiToken(hash, NOW + HOUR);
  assertEquals(await store.findApiToken(hash), null);
  assertEquals(await listApiTokens(store, ada), []);
});

Deno.test("A26 a token has a name of 1 to 80 characters", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  await assertRejects(() => createApiToken(store, ada, " ", NOW));
  await assertRejects(() => createApiToken(store, ada, "x".repeat(81), NOW));
});
