import { assertEquals } from "@std/assert";
import { keys } from "../../lib/kv/keys.ts";
import { createTicketStore } from "../../lib/kv/tickets.ts";

Deno.test("X7 the first use of a ticket is told true, all others false", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createTicketStore(kv);
  const uses = await Promise.all(Array.from({ length: 20 }, () => store.useTicket("jti-1", 60_000)));
  assertEquals(uses.filter((first) => first).length, 1);
  assertEquals(await store.useTicket("jti-1", 60_000), false);
  assertEquals(await store.useTicket("jti-2", 60_000), true);
  assertEquals((await kv.get(keys.ticket("jti-1"))).value, true);
});
