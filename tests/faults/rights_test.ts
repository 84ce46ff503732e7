/**
 * X7 on whole isolates over real sockets: the right to a stream ends, wherever that happens, and within two seconds no
 * stream of it is left; the page's own client says why, and tries no more.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TransportName } from "../../lib/client/connection_state.ts";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import type { OwnerId } from "../../lib/protocol/ids.ts";
import { offerTicket } from "../../lib/protocol/ticket.ts";
import { APP } from "../preview/samples.ts";
import { type Follower, invite, type Isolate, type Isolates, openIsolates } from "../support/isolates.ts";
import { until } from "../support/until.ts";

const TRANSPORTS: TransportName[] = ["websocket", "sse", "json"];
const SIGNED_OUT = "You are signed out. Sign in again, then retry.";
const GONE = "There is no such app, or it is not yours.";
/** Milliseconds in which the streams have to end; the client may take a moment more to ask why. */
const WITHIN = 2_000;

const streamsOf = ({ isolates }: Isolates) =>
  isolates.reduce((sum, { services }) => sum + services.streams.size, 0);

/** All of these clients end with that sentence, and no stream is left but `others`. */
async function assertRefused(
  house: Isolates,
  followers: readonly Follower[],
  message: string,
  others: number,
): Promise<void> {
  const from = performance.now();
  const states = () =>
    followers.map(({ connection: { view } }) => `${view.transport}: ${view.phase}`).join(", ");
  // A held poll that ends is followed by the next, which is refused: it never counts as a stream again.
  await until("the streams have ended", () => streamsOf(house) <= others, {
    within: WITHIN,
    every: 5,
    about: states,
  });
  const took = performance.now() - from;
  assert(took < WITHIN, `${took} ms`);
  await until(
    "the clients were told",
    () => followers.every(({ connection: { view } }) => view.phase === "refused"),
    {
      within: 5_000,
      about: states,
    },
  );
  for (const { connection } of followers) assertEquals(connection.view.message, message);
}

const everywhere = async (
  { isolates, follow }: Isolates,
  who: Parameters<Isolates["follow"]>[1],
): Promise<Follower[]> => {
  const all: Follower[] = [];
  for (const isolate of isolates) {
    for (const transport of TRANSPORTS) all.push(await follow(isolate, who, transport));
  }
  return all;
};

/** A poll that is between two requests is no stream; held, it is one. */
const allOpen = (house: Isolates, count: number) =>
  until(`${count} streams are open`, () => streamsOf(house) === count, { about: () => streamsOf(house) });

Deno.test("X7 S8 signing out ends what that session opened, by each transport and on every isolate, and nothing else", async () => {
  await using house = await openIsolates();
  const [here, there] = house.isolates;
  const [leaves, stays] = [await house.signIn(), await house.signIn()];
  const gone = await everywhere(house, leaves);
  const { token } = await here.services.tokens.create(FIRST_USER, "script");
  const left = [
    await house.follow(there, stays, "websocket"),
    await house.follow(here, stays, "sse"),
    await house.follow(there, { apiToken: token }, "websocket"),
  ];
  await allOpen(house, gone.length + left.length);
  const unused = await house.ticket(there, leaves);

  const answer = await house.ask(here, leaves, "POST", "/sign-out");
  await answer.body?.cancel();
  assertEquals(answer.status, 303);
  await assertRefused(house, gone, SIGNED_OUT, left.length);
  assertEquals(left.map(({ connection: { view } }) => view.phase), ["live", "live", "live"]);

  // A ticket from before opens nothing after it, on whichever isolate.
  for (const { url } of house.isolates) {
    const res = await fetch(`${url}/api/apps/hello/events`, {
      headers: { authorization: `Bearer ${unused}` },
    });
    assertEquals([res.status, (await res.json()).code], [401, "invalid_ticket"]);
  }
});

Deno.test("X7 a ticket from before signing out is refused by WebSocket, too, and says so", async () => {
  await using house = await openIsolates({ count: 1 });
  const [here] = house.isolates;
  const person = await house.signIn();
  const ticket = await house.ticket(here, person);
  await (await house.ask(here, person, "POST", "/sign-out")).body?.cancel();
  const socket = new WebSocket(
    `${here.url.replace("http", "ws")}/api/apps/hello/events`,
    offerTicket(ticket),
  );
  const { code, reason } = await new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  assertEquals([code, reason], [4401, "invalid_ticket"]);
  const refused = await house.ask(here, person, "POST", "/api/apps/hello/ticket");
  assertEquals([refused.status, (await refused.json()).code], [401, "not_signed_in"]);
});

Deno.test("X7 S8 revoking an API token ends its streams, and those that its tickets opened", async () => {
  await using house = await openIsolates();
  const [here, there] = house.isolates;
  const { token, view } = await here.services.tokens.create(FIRST_USER, "script");
  const byTicket = await everywhere(house, { apiToken: token });
  const direct = await fetch(`${there.url}/api/apps/hello/events`, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
  });
  await allOpen(house, byTicket.length + 1);
  const ended = direct.text();
  assertEquals(await here.services.tokens.revoke(FIRST_USER, view.id), true);
  await assertRefused(house, byTicket, SIGNED_OUT, 0);
  assertStringIncludes(await ended, "event: status");
});

const TEAM = "o_team" as OwnerId;

/** An organisation that the app belongs to, with the first user as its owner and bob as its member. */
async function withTeam(
  run: (house: Isolates, here: Isolate, bob: Awaited<ReturnType<typeof invite>>) => Promise<void>,
) {
  await using house = await openIsolates({ app: { ...APP, owner: TEAM } });
  const [here] = house.isolates;
  const { kv } = house;
  for (const key of [["member", TEAM, FIRST_USER], ["member-of", FIRST_USER, TEAM]]) {
    await kv.set(key, { owner: TEAM, user: FIRST_USER, role: "owner" });
  }
  await kv.set(["owner", TEAM], { id: TEAM, kind: "organisation", name: "Team" });
  const bob = await invite(house, "Bob");
  const owner = await house.signIn();
  const added = await house.ask(here, owner, "PUT", `/api/owners/${TEAM}/members/${bob.id}`, {
    role: "member",
  });
  await added.body?.cancel();
  assert(added.ok, `${added.status}`);
  await run(house, here, bob);
}

Deno.test("X7 S8 removal from an organisation ends the streams of its apps: for whoever is out they do not exist", () =>
  withTeam(async (house, here, bob) => {
    const owner = await house.signIn();
    const left = await house.follow(here, owner, "websocket");
    const gone = await everywhere(house, bob);
    await allOpen(house, gone.length + 1);
    const res = await house.ask(here, owner, "DELETE", `/api/owners/${TEAM}/members/${bob.id}`);
    await res.body?.cancel();
    assert(res.ok, `${res.status}`);
    await assertRefused(house, gone, GONE, 1);
    assertEquals(left.connection.view.phase, "live");
  }));

Deno.test("X7 A17 deletion of the app ends its streams on every isolate", async () => {
  await using house = await openIsolates();
  const person = await house.signIn();
  const gone = await everywhere(house, person);
  await allOpen(house, gone.length);
  const res = await house.ask(house.isolates[0], person, "DELETE", "/api/apps/hello");
  await res.body?.cancel();
  assert(res.ok, `${res.status}`);
  await assertRefused(house, gone, GONE, 0);
});

Deno.test("X7 a stream of an app does not go on with another one that is made under its id in the same moment", () =>
  withTeam(async (house, _, bob) => {
    const gone = await everywhere(house, bob);
    await allOpen(house, gone.length);
    const store = createAppStore(house.kv);
    await store.remove({ ...APP, owner: TEAM });
    await store.wipe(APP.id);
    await store.create({ ...APP, owner: FIRST_USER as string as OwnerId, createdAt: APP.createdAt + 1 });
    await assertRefused(house, gone, GONE, 0);
  }));

Deno.test("X2 X7 signing out in another process on the same file ends the streams here, though no watch tells", async () => {
  let ready!: Promise<void>;
  let other!: Deno.ChildProcess;
  let input!: WritableStreamDefaultWriter<Uint8Array>;
  let output!: ReadableStreamDefaultReader<string>;
  const script = new URL("../support/sign_out_elsewhere.ts", import.meta.url).pathname;
  await using house = await openIsolates({
    around: { onFile: true },
    async before(path) {
      other = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", script, path],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      input = other.stdin.getWriter();
      output = other.stdout.pipeThrough(new TextDecoderStream()).getReader();
      ready = output.read().then(({ value }) => assertEquals(value, "ready\n"));
      // It lives on the store before we do, so that it is found at our first look.
      await ready;
    },
  });
  const [leaves, stays] = [await house.signIn(), await house.signIn()];
  const gone = await everywhere(house, leaves);
  const left = await house.follow(house.isolates[1], stays, "websocket");
  await allOpen(house, gone.length + 1);
  const value = leaves.cookie.slice(leaves.cookie.indexOf("=") + 1);
  await input.write(new TextEncoder().encode(value));
  assertEquals((await output.read()).value, "signed out\n");
  await assertRefused(house, gone, SIGNED_OUT, 1);
  assertEquals(left.connection.view.phase, "live");
  await input.close();
  await output.read();
  assertEquals((await other.status).code, 0);
});

Deno.test("X7 A11 a stream that has grown old ends, and goes on with a new ticket only", async () => {
  await using house = await openIsolates({ count: 1, around: { streamAge: 200 } });
  const [here] = house.isolates;
  const person = await house.signIn();
  const ticket = await house.ticket(here, person);
  const ask = (ticket: string) =>
    fetch(`${here.url}/api/apps/hello/events`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${ticket}` },
    });
  assertStringIncludes(
    await (await ask(ticket)).text(),
    'event: reconnect\ndata: {"type":"reconnect","payload":{"reason":"age","afterMs":0}}\n\n',
  );
  const again = await ask(ticket);
  assertEquals([again.status, (await again.json()).detail], [401, "already used"]);
  assertStringIncludes(await (await ask(await house.ticket(here, person))).text(), "event: status");
});

Deno.test("X7 A11 the client renews its ticket age after age, unseen, until the right is gone", async () => {
  await using house = await openIsolates({ count: 1, around: { streamAge: 150 } });
  const [here] = house.isolates;
  const person = await house.signIn();
  const followers = await Promise.all(
    (["websocket", "sse"] as const).map((transport) => house.follow(here, person, transport)),
  );
  const used = async () => {
    let count = 0;
    for await (const _ of house.kv.list({ prefix: ["ticket"] })) count++;
    return count;
  };
  await until("each has used three tickets", async () => await used() >= 6);
  for (const { connection } of followers) {
    assert(["live", "reconnecting"].includes(connection.view.phase));
    assertEquals(connection.view.attempt, 0, "coming back when asked is no failure");
  }
  await (await house.ask(here, person, "POST", "/sign-out")).body?.cancel();
  await assertRefused(house, followers, SIGNED_OUT, 0);
});
