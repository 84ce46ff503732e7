import { assertEquals, assertRejects } from "@std/assert";
import { keys } from "../../lib/kv/keys.ts";
import { createTicketStore } from "../../lib/kv/tickets.ts";

/** Seconds since 1970. */
const EXP = 1_800_000_000;

Deno.test("X7 the first use of a ticket is told true, all others false", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createTicketStore(kv);
  const uses = await Promise.all(
    Array.from({ length: 20 }, () => store.useTicket({ jti: "jti-1", exp: EXP }, 60_000)),
  );
  assertEquals(uses.filter((first) => first).length, 1);
  assertEquals(await store.useTicket({ jti: "jti-1", exp: EXP }, 60_000), false);
  assertEquals(await store.useTicket({ jti: "jti-2", exp: EXP }, 60_000), true);
  assertEquals((await kv.get(keys.ticket(EXP, "jti-1"))).value, true);
});

Deno.test("X7 of tickets that come together each is used once, whoever brings a used one, and in few commits", async () => {
  using kv = await Deno.openKv(":memory:");
  let commits = 0;
  const counting = {
    atomic() {
      const atomic = kv.atomic();
      const commit = atomic.commit.bind(atomic);
      atomic.commit = () => (commits++, commit());
      return atomic;
    },
  } as unknown as Deno.Kv;
  const store = createTicketStore(counting);
  const names = Array.from({ length: 250 }, (_, i) => `jti-${i}`);
  assertEquals(
    await Promise.all(names.map((jti) => store.useTicket({ jti, exp: EXP }, 60_000))),
    names.map(() => true),
  );
  assertEquals(commits, 3, "a hundred at a time");
  // Two isolates, and among the new ones some that were used.
  const other = createTicketStore(kv);
  const mixed = ["new-1", "jti-7", "new-2", "new-1", "new-3"];
  const uses = await Promise.all(
    mixed.flatMap((
      jti,
    ) => [store.useTicket({ jti, exp: EXP }, 60_000), other.useTicket({ jti, exp: EXP }, 60_000)]),
  );
  const used = mixed.map((jti) => uses.filter((first, i) => first && mixed[i >> 1] === jti).length);
  assertEquals(used, [1, 0, 1, 1, 1]);
});

Deno.test("X7 a store that is away refuses tickets, and takes them afterwards", async () => {
  using kv = await Deno.openKv(":memory:");
  let away = true;
  const store = createTicketStore({
    atomic() {
      if (away) throw new Error("away");
      return kv.atomic();
    },
  } as unknown as Deno.Kv);
  for (const jti of ["jti-1", "jti-2"]) {
    await assertRejects(() => store.useTicket({ jti, exp: EXP }, 60_000), Error, "away");
  }
  away = false;
  assertEquals(await store.useTicket({ jti: "jti-1", exp: EXP }, 60_000), true);
});
