import { assertEquals } from "@std/assert";
import { createOrganisation, mayUse, ownersOf, putMember, removeMember } from "../../lib/auth/owners.ts";
import { ensureUser } from "../../lib/auth/users.ts";
import type { UserId } from "../../lib/protocol/ids.ts";
import { ada, asOwner, bob, NOW, storeOn } from "./store.ts";

async function team(kv: Deno.Kv) {
  const store = storeOn(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  await ensureUser(store, { id: bob, name: "Bob" }, NOW);
  const organisation = await createOrganisation(store, "Team", ada);
  return { store, organisation };
}

Deno.test("A3 members of an organisation may use what belongs to it, others may not", async () => {
  using kv = await Deno.openKv(":memory:");
  const { store, organisation } = await team(kv);
  assertEquals(await mayUse(store, bob, organisation.id), false);
  const added = await putMember(store, ada, { owner: organisation.id, user: bob, role: "member" });
  assertEquals(added.ok, true);
  assertEquals(await mayUse(store, bob, organisation.id), true);
  assertEquals((await ownersOf(store, bob)).map((owner) => owner.kind), ["user", "organisation"]);
  await removeMember(store, ada, organisation.id, bob);
  assertEquals(await mayUse(store, bob, organisation.id), false);
  assertEquals((await ownersOf(store, bob)).length, 1);
});

Deno.test("A3 whoever does not govern an organisation is told that there is none", async () => {
  using kv = await Deno.openKv(":memory:");
  const { store, organisation } = await team(kv);
  const refused = { ok: false, code: "unknown_owner" } as const;
  const eve = "eve" as UserId;
  assertEquals(await putMember(store, bob, { owner: organisation.id, user: bob, role: "owner" }), refused);
  await putMember(store, ada, { owner: organisation.id, user: bob, role: "member" });
  assertEquals(await putMember(store, bob, { owner: organisation.id, user: eve, role: "member" }), refused);
  assertEquals(await removeMember(store, bob, organisation.id, ada), refused);
  assertEquals(await removeMember(store, eve, organisation.id, eve), refused);
});

Deno.test("A3 nobody can be let into a personal owner", async () => {
  using kv = await Deno.openKv(":memory:");
  const { store } = await team(kv);
  assertEquals(await putMember(store, ada, { owner: asOwner(ada), user: bob, role: "member" }), {
    ok: false,
    code: "unknown_owner",
  });
  assertEquals(await mayUse(store, bob, asOwner(ada)), false);
});

Deno.test("A3 anybody may leave an organisation but its last owner", async () => {
  using kv = await Deno.openKv(":memory:");
  const { store, organisation } = await team(kv);
  await putMember(store, ada, { owner: organisation.id, user: bob, role: "member" });
  assertEquals((await removeMember(store, bob, organisation.id, bob)).ok, true);
  assertEquals((await removeMember(store, ada, organisation.id, ada)).ok, false);
  assertEquals(
    (await putMember(store, ada, { owner: organisation.id, user: ada, role: "member" })).ok,
    false,
  );
  assertEquals(await mayUse(store, ada, organisation.id), true);
  await putMember(store, ada, { owner: organisation.id, user: bob, role: "owner" });
  assertEquals((await removeMember(store, ada, organisation.id, ada)).ok, true);
});
