import { assert, assertEquals } from "@std/assert";
import { createAccounts } from "../../lib/auth/accounts.ts";
import { createOrganisation, putMember } from "../../lib/auth/owners.ts";
import { createSession, endSession } from "../../lib/auth/sessions.ts";
import { ensureUser } from "../../lib/auth/users.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { createGrounds } from "../../lib/kv/grounds.ts";
import { createTicketStore } from "../../lib/kv/tickets.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import { APP } from "../preview/samples.ts";
import { ada, bob, NOW, storeOn } from "./store.ts";

/** ada's app and her session, and an isolate that lets people in. */
async function scene(kv: Deno.Kv) {
  const store = storeOn(kv);
  const apps = createAppStore(kv);
  await ensureUser(store, { id: ada, name: "Ada" }, NOW);
  await ensureUser(store, { id: bob, name: "Bob" }, NOW);
  const app = { ...APP, owner: ada as never, createdAt: NOW };
  await apps.create(app);
  const { hash, value } = await createSession(store, ada, NOW);
  const grounds = createGrounds(kv, () => NOW);
  const accounts = createAccounts({
    store,
    tickets: createTicketStore(kv),
    grounds,
    ticketSecret: "a secret of more than thirty-two characters",
    publicUrl: "http://localhost",
    findApp: apps.find,
    now: () => NOW,
  });
  const identity = { user: { id: ada }, via: "session", credential: hash } as never;
  async function ticket(): Promise<string> {
    const issued = await accounts.issueTicket(identity, app);
    assert(issued.ok);
    return issued.value.ticket;
  }
  /** What a stream is refused with that is asked for with the ticket; null where it is let in. */
  async function refusal(ticket: string, id: AppId = app.id): Promise<string | null> {
    const headers = { authorization: `Bearer ${ticket}` };
    const admitted = await accounts.admit(new Request("http://localhost/", { headers }), id);
    return admitted.ok ? null : [admitted.code, admitted.detail].filter(Boolean).join(": ");
  }
  return { store, apps, app, value, ticket, refusal, [Symbol.dispose]: grounds.close };
}

Deno.test("X7 a ticket opens one stream: used once, it is refused, also at the same moment", async () => {
  using kv = await Deno.openKv(":memory:");
  using it = await scene(kv);
  const [one, other] = [await it.ticket(), await it.ticket()];
  const both = await Promise.all([it.refusal(one), it.refusal(one)]);
  assertEquals(both.toSorted(), ["invalid_ticket: already used", null] as never);
  assertEquals(await it.refusal(one), "invalid_ticket: already used");
  assertEquals(await it.refusal(other), null);
});

Deno.test("X7 a ticket that was brought to another app is not used up by that", async () => {
  using kv = await Deno.openKv(":memory:");
  using it = await scene(kv);
  const ticket = await it.ticket();
  assertEquals(await it.refusal(ticket, "other" as AppId), "ticket_app_mismatch");
  assertEquals(await it.refusal(ticket), null);
});

Deno.test("X7 A2 who has signed out is refused, and so is whoever has no app to see", async () => {
  using kv = await Deno.openKv(":memory:");
  using it = await scene(kv);
  const [first, second, third, fourth] = [
    await it.ticket(),
    await it.ticket(),
    await it.ticket(),
    await it.ticket(),
  ];
  assertEquals(await it.refusal(first), null);
  await it.apps.remove(it.app);
  assertEquals(await it.refusal(second), "unknown_app");
  await it.apps.wipe(it.app.id);
  await it.apps.create(it.app);
  assertEquals(await it.refusal(third), null);
  await endSession(it.store, it.value);
  assertEquals(await it.refusal(fourth), "invalid_ticket: signed out");
});

Deno.test("X7 whoever comes is judged by whose the app is now, not by whose it was for the one before", async () => {
  using kv = await Deno.openKv(":memory:");
  using it = await scene(kv);
  assertEquals(await it.refusal(await it.ticket()), null);

  const { id: team } = await createOrganisation(it.store, "Team", bob);
  const anew = async (owner: string) => {
    await it.apps.remove(it.app);
    await it.apps.wipe(it.app.id);
    await it.apps.create({ ...it.app, owner: owner as never, createdAt: NOW + 1 });
  };
  await anew(team);
  assertEquals(await it.refusal(await it.ticket()), "unknown_app");
  await putMember(it.store, bob, { owner: team, user: ada, role: "member" });
  assertEquals(await it.refusal(await it.ticket()), null);
  await anew(ada);
  assertEquals(await it.refusal(await it.ticket()), null);
  await anew(bob);
  assertEquals(await it.refusal(await it.ticket()), "unknown_app");
});
