import { assertEquals } from "@std/assert";
import { createApiToken, revokeApiToken } from "../../lib/auth/api_tokens.ts";
import { stillEntitled } from "../../lib/auth/entitlement.ts";
import { createOrganisation, putMember, removeMember } from "../../lib/auth/owners.ts";
import { sha256Hex } from "../../lib/auth/secrets.ts";
import { ensureUser } from "../../lib/auth/users.ts";
import { ada, asOwner, bob, NOW, storeOn } from "./store.ts";

Deno.test("X7 S8 the right to a stream ends with the membership that gave it", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  const { id } = await createOrganisation(store, "Team", ada);
  await putMember(store, ada, { owner: id, user: bob, role: "member" });
  assertEquals(await stillEntitled(store, bob, id), true);
  assertEquals(await stillEntitled(store, bob, asOwner(ada)), false);
  await removeMember(store, ada, id, bob);
  assertEquals(await stillEntitled(store, bob, id), false);
});

Deno.test("X7 S8 a stream that an API token opened ends when the token is revoked", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  const { token, view } = await createApiToken(store, ada, "tail", NOW);
  const hash = await sha256Hex(token);
  assertEquals(await stillEntitled(store, ada, asOwner(ada), hash), true);
  await revokeApiToken(store, ada, view.id);
  assertEquals(await stillEntitled(store, ada, asOwner(ada), hash), false);
  assertEquals(await stillEntitled(store, ada, asOwner(ada)), true);
});
