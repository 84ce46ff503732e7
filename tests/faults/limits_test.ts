/** Streams are limited by user, by app and by address, on each transport alike, and a refused one leaves nothing behind. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { TransportName } from "../../lib/client/connection_state.ts";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { keys } from "../../lib/kv/keys.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID } from "../preview/samples.ts";
import { overJson, overSse, overWebSocket, type Stream } from "../contract/clients.ts";
import { invite, type Isolates, openIsolates, type Person } from "../support/isolates.ts";
import { until } from "../support/until.ts";

const CLIENTS = [overWebSocket, overSse, overJson];

/** Opens a stream as that person, from that address where a proxy says so. */
function opener(
  house: Isolates,
  person: Person,
  { app = "hello", from }: { app?: string; from?: string } = {},
) {
  const [here] = house.isolates;
  return (client: typeof CLIENTS[number], cursor: string | null = null): Stream =>
    client.open({
      url: `${here.url}/api/apps/${app}/events`,
      cursor,
      async ticket() {
        const res = await house.ask(here, person, "POST", `/api/apps/${app}/ticket`);
        return (await res.json()).ticket;
      },
      ...(from === undefined ? {} : { headers: { "x-forwarded-for": from } }),
    });
}

const began = (stream: Stream) => stream.until((events) => events.length > 0);

/** Everything that a stream holds on to, on all isolates and in the store. */
async function leftOvers({ isolates, kv }: Isolates): Promise<number[]> {
  const sum = (of: (services: typeof isolates[number]["services"]) => number) =>
    isolates.reduce((total, { services }) => total + of(services), 0);
  let present = 0;
  for await (const _ of kv.list({ prefix: keys.viewersOf(APP_ID) })) present++;
  return [
    sum(({ streams }) => streams.size),
    sum(({ hub }) => hub.viewers),
    sum(({ grounds }) => grounds.size),
    present,
  ];
}

const nothingLeft = (house: Isolates) =>
  until("nothing is left", async () => (await leftOvers(house)).every((count) => count === 0), {
    about: () => leftOvers(house),
  });

const refused = (stream: Stream) => stream.ended.then(({ status, code }) => [status, code]);

Deno.test("too many streams of one user are refused by each transport, and one that closes makes room", async () => {
  await using house = await openIsolates({ count: 1, environment: { STREAMS_PER_USER: "2" } });
  const [ada, bob] = [await house.signIn(), await invite(house, "Bob")];
  const open = opener(house, ada);
  const held = [open(overWebSocket), open(overSse)];
  await Promise.all(held.map(began));
  const before = await leftOvers(house);
  for (const client of CLIENTS) {
    assertEquals(await refused(open(client)), [429, "too_many_streams"], client.name);
  }
  assertEquals(await leftOvers(house), before);

  // By another session it is the same user; another user has places of his own (and here no right to the app).
  assertEquals(await refused(opener(house, await house.signIn())(overSse)), [429, "too_many_streams"]);
  assertEquals((await opener(house, bob)(overSse).ended).status, 401);

  await held[0].abort();
  await until("there is room", () => house.isolates[0].services.streams.size === 1);
  const next = open(overWebSocket);
  await began(next);
  await Promise.all([held[1].abort(), next.abort()]);
  await nothingLeft(house);
});

Deno.test("a refusal says when to come back, and why", async () => {
  await using house = await openIsolates({ count: 1, environment: { STREAMS_PER_USER: "1" } });
  const [here] = house.isolates;
  const { token } = await here.services.tokens.create(FIRST_USER, "script");
  const ask = (accept: string) =>
    fetch(`${here.url}/api/apps/hello/events`, {
      headers: { accept, authorization: `Bearer ${token}`, origin: here.url },
    });
  const held = await ask("text/event-stream");
  for (const accept of ["text/event-stream", "application/json"]) {
    const res = await ask(accept);
    assertEquals([res.status, res.headers.get("content-type")], [429, "application/problem+json"]);
    assertMatch(res.headers.get("retry-after")!, /^[1-9]\d*$/);
    assertEquals(res.headers.get("access-control-allow-origin"), here.url);
    assertEquals((await res.json()).detail, "You have too many streams open.");
  }
  await held.body!.cancel();
  await nothingLeft(house);
});

Deno.test("a JSON poll counts while it is held, and no longer", async () => {
  await using house = await openIsolates({ count: 1, environment: { STREAMS_PER_USER: "1" } });
  const [here] = house.isolates;
  const { token } = await here.services.tokens.create(FIRST_USER, "script");
  const poll = (query: string) =>
    fetch(`${here.url}/api/apps/hello/events?${query}`, { headers: { authorization: `Bearer ${token}` } });
  for (let n = 0; n < 3; n++) {
    const res = await poll("");
    assertEquals(res.status, 200);
    await res.body?.cancel();
  }
  const held = poll("after=0&wait=20");
  await until("it is held", () => here.services.streams.size === 1);
  const second = await poll("");
  assertEquals([second.status, (await second.json()).code], [429, "too_many_streams"]);
  await createAppStore(house.kv).remove(APP);
  assertEquals((await (await held).json()).code, "unknown_app");
  await nothingLeft(house);
});

Deno.test("too many streams of one app are refused, and another app has places of its own", async () => {
  await using house = await openIsolates({ count: 1, environment: { STREAMS_PER_APP: "2" } });
  const other = AppId.parse("other");
  await createAppStore(house.kv).create({ ...APP, id: other });
  const [ada, again] = [await house.signIn(), await house.signIn()];
  const held = [opener(house, ada)(overSse), opener(house, again)(overWebSocket)];
  await Promise.all(held.map(began));
  for (const client of CLIENTS) {
    assertEquals(await refused(opener(house, ada)(client)), [429, "too_many_streams"]);
  }
  const elsewhere = opener(house, ada, { app: other })(overSse);
  await began(elsewhere);
  await Promise.all([...held, elsewhere].map((stream) => stream.abort()));
  await nothingLeft(house);
});

Deno.test("too many streams from one address are refused: the one that our proxy names, and nobody else may name", async () => {
  for (const trusted of [true, false]) {
    await using house = await openIsolates({
      count: 1,
      environment: { STREAMS_PER_ADDRESS: "2", TRUST_PROXY: String(trusted) },
    });
    const ada = await house.signIn();
    const from = (address: string) => opener(house, ada, { from: address })(overSse);
    const held = [from("9.9.9.9, 1.1.1.1"), from("1.1.1.1")];
    await Promise.all(held.map(began));
    for (const address of ["1.1.1.1", "2.2.2.2, 1.1.1.1"]) {
      assertEquals(await refused(from(address)), [429, "too_many_streams"]);
    }
    const another = from("1.1.1.1, 2.2.2.2");
    // Where no proxy is trusted, all of them come from this machine, whatever they say.
    if (trusted) await began(another);
    else assertEquals(await refused(another), [429, "too_many_streams"]);
    await Promise.all([...held, another].map((stream) => stream.abort()));
    await nothingLeft(house);
  }
});

Deno.test("A20 the page's client backs off from a refusal, longer where it was told how long", async () => {
  await using house = await openIsolates({ count: 1, environment: { STREAMS_PER_USER: "1" } });
  const [here] = house.isolates;
  const person = await house.signIn();
  const held = opener(house, person)(overSse);
  await began(held);
  for (const transport of ["websocket", "sse", "json"] satisfies TransportName[]) {
    const { connection } = await house.follow(here, person, transport, { fails: true });
    const { retryAt } = await until(
      `${transport} waits`,
      () => connection.view.retryAt === null ? null : connection.view,
    );
    const wait = retryAt! - Date.now();
    assertEquals([connection.view.phase, connection.view.transport], ["reconnecting", transport]);
    // A WebSocket cannot be told; there the first retry is as after any failure.
    assert(
      transport === "websocket" ? wait <= 1_500 : wait > 25_000 && wait <= 30_000,
      `${transport}: ${wait}`,
    );
    connection.close();
  }
  await held.abort();
  await nothingLeft(house);
});

Deno.test("B5 a thousand connects and drops, refused ones among them, leave no stream, no viewer, no watch and no lease", async () => {
  await using house = await openIsolates({ count: 2, environment: { STREAMS_PER_USER: "5" } });
  const tokens = await Promise.all(
    Array.from(
      { length: 4 },
      async (_, n) => (await house.isolates[0].services.tokens.create(FIRST_USER, `script ${n}`)).token,
    ),
  );
  let opened = 0;
  let turnedAway = 0;
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 100 }, async (_, n) => {
      const { url } = house.isolates[n % 2];
      const client = CLIENTS[n % 3];
      const headers = { authorization: `Bearer ${tokens[n % 4]}` };
      const stream = client.open({ url: `${url}/api/apps/hello/events`, headers });
      // Some go before they are in.
      if (n % 5 > 0 && client !== overJson) await Promise.race([began(stream).catch(() => {}), stream.ended]);
      if (stream.events.length > 0) opened++;
      await stream.abort();
      if ((await stream.ended).status === 429) turnedAway++;
    }));
  }
  assert(opened > 50 && turnedAway > 50, `${opened} opened, ${turnedAway} refused`);
  await nothingLeft(house);
});
