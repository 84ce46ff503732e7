import { assert, assertEquals, assertRejects } from "@std/assert";
import { mayUse, ownersOf } from "../../lib/auth/owners.ts";
import { createUser, ensureUser } from "../../lib/auth/users.ts";
import { ada, asOwner, bob, NOW, storeOn } from "./store.ts";

Deno.test("A3 every user is an owner for himself, and of nobody else's things", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const user = await ensureUser(store, { id: ada, name: " Ada " }, NOW);
  await ensureUser(store, { id: bob, name: "Bob" }, NOW);
  assertEquals(user, { id: ada, name: "Ada", createdAt: NOW });
  assertEquals(await ownersOf(store, ada), [{ id: asOwner(ada), kind: "user", name: "Ada" }]);
  assertEquals(await mayUse(store, ada, asOwner(ada)), true);
  assertEquals(await mayUse(store, ada, asOwner(bob)), false);
});

Deno.test("A26 isolates that start at once make the first user once", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, i) => ensureUser(store, { id: ada, name: `Ada ${i}` }, NOW + i)),
  );
  assertEquals(new Set(made.map((user) => user.name)).size, 1);
  assertEquals(await store.findUser(ada), made[0]);
  assertEquals((await store.members(asOwner(ada))).length, 1);
});

Deno.test("A26 users have ids of their own and a name", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const first = await createUser(store, "Same name", NOW);
  const second = await createUser(store, "Same name", NOW);
  assert(first.id !== second.id);
  await assertRejects(() => createUser(store, "  ", NOW));
});
