import { assertEquals } from "@std/assert";
import type { Membership, Owner } from "../../lib/auth/owners.ts";
import { createUserStore } from "../../lib/kv/users.ts";
import { OwnerId, UserId } from "../../lib/protocol/ids.ts";

const ada = UserId.parse("ada");
const team: Owner = { id: OwnerId.parse("team"), kind: "organisation", name: "Team" };
const member: Membership = { owner: team.id, user: ada, role: "owner" };

Deno.test("A3 a membership is found from both its ends, and gone from both", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createUserStore(kv);
  assertEquals(await store.addOwner(team, member), true);
  assertEquals(await store.members(team.id), [member]);
  assertEquals(await store.membershipsOf(ada), [member]);
  await store.putMembership({ ...member, role: "member" });
  assertEquals((await store.membershipsOf(ada))[0].role, "member");
  assertEquals((await store.findMembership(team.id, ada))?.role, "member");
  await store.removeMembership(team.id, ada);
  assertEquals(await store.members(team.id), []);
  assertEquals(await store.membershipsOf(ada), []);
  assertEquals(await store.findMembership(team.id, ada), null);
});

Deno.test("A3 nobody can take the id of an owner that exists, as a user neither", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createUserStore(kv);
  await store.addOwner(team, member);
  const eve = UserId.parse("team");
  assertEquals(await store.addOwner({ ...team, name: "Mine" }, { ...member, user: eve }), false);
  assertEquals(
    await store.addUser({ id: eve, name: "Eve", createdAt: 1 }, { ...team, kind: "user" }, {
      ...member,
      user: eve,
    }),
    false,
  );
  assertEquals(await store.findUser(eve), null);
  assertEquals(await store.findOwner(team.id), team);
  assertEquals(await store.members(team.id), [member]);
});
