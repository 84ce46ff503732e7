import { assert, assertEquals, assertThrows } from "@std/assert";
import { connectEvents } from "../../lib/client/connect.ts";
import { gap, line, status, stopped } from "./support/events.ts";
import { EventServer } from "./support/event_server.ts";
import { follow, lineNumbers } from "./support/follower.ts";
import { TestPage } from "./support/page.ts";
import { Waiter } from "./support/wait.ts";

Deno.test("A21 a refused WebSocket gives way to SSE, which is remembered for the tab", async () => {
  await using server = new EventServer();
  server.behaviour.websocket = "refuse";
  server.push(status("idle"));
  const client = follow(server);
  await client.phase("live");
  assertEquals(client.connection.view.transport, "sse");
  assertEquals(client.saved, ["sse"]);
  assertEquals(server.calls, ["ticket", "websocket -", "ticket", "sse -"]);
  client.connection.close();
});

Deno.test("A21 three silent seconds give way too: WebSocket, SSE, and JSON last", async () => {
  await using server = new EventServer();
  server.behaviour = { websocket: "silent", sse: "silent" };
  server.push(status("idle"));
  const client = follow(server);
  await client.changes.until(() => client.seen.opens === 1);
  client.clock.advance(2_999);
  assertEquals(client.connection.view.transport, "websocket");
  client.clock.advance(1);
  await client.changes.until(() => client.seen.opens === 2);
  client.clock.advance(3_000);
  await client.phase("live");
  assertEquals(client.connection.view.transport, "json");
  assertEquals([client.saved, client.connection.view.attempt], [["json"], 0]);
  client.connection.close();
});

Deno.test("S7 a server that accepts and closes is asked nine times in all, then left alone", async () => {
  await using server = new EventServer();
  server.behaviour.websocket = "brief";
  const client = follow(server);
  for (let retry = 1; retry <= 8; retry++) {
    await client.changes.until(() => client.connection.view.attempt === retry);
    assertEquals(server.count("websocket"), retry);
    await client.retry();
  }
  await client.phase("error");
  client.clock.advance(86_400_000);
  assertEquals([server.count("websocket"), client.clock.pending], [9, 0]);

  server.behaviour.websocket = "serve";
  client.page.change("hidden");
  client.page.change("visible");
  await client.phase("live");
  client.connection.close();
});

Deno.test("S9 a client that gave up comes back with the network, and by the Retry button", async () => {
  for (const back of ["online", "button"]) {
    await using server = new EventServer();
    server.behaviour.ticket = "storage_unavailable";
    const client = follow(server);
    for (let n = 0; n < 8; n++) {
      await client.retry();
      await server.changes.until(() => server.count("ticket") === n + 2);
    }
    await client.phase("error");
    server.behaviour.ticket = "serve";
    back === "online" ? client.page.change("online") : client.connection.retry();
    await client.phase("connecting");
    server.push(status("idle"));
    await client.phase("live");
    client.connection.close();
  }
});

Deno.test("A3 no session: the client says so, and asks no more", async () => {
  await using server = new EventServer();
  server.behaviour.ticket = "not_signed_in";
  const client = follow(server);
  await client.phase("refused");
  assert(client.connection.view.message.includes("Sign in"));
  client.page.change("online");
  assertEquals([server.calls, client.clock.pending], [["ticket"], 0]);
  client.connection.close();
});

Deno.test("A20 Retry-After is obeyed", async () => {
  await using server = new EventServer();
  server.behaviour.ticket = "too_many_streams";
  server.retryAfter = 42;
  const client = follow(server);
  await client.phase("reconnecting");
  assertEquals(client.connection.view.retryAt, client.clock.time + 42_000);
  client.connection.close();
});

Deno.test("A11 a stream that falls silent is replaced after 55 seconds, and nothing is missed", async () => {
  await using server = new EventServer();
  server.push(line(0));
  const client = follow(server);
  await client.changes.until(() => client.events.length === 1);
  client.clock.advance(54_000);
  assertEquals(client.connection.view.phase, "live");
  client.clock.advance(1_000);
  assertEquals(client.connection.view.phase, "reconnecting");
  await server.changes.until(() => server.streams.size === 0);
  server.push(line(1));
  client.clock.advance(1_000);
  await client.changes.until(() => client.events.length === 2);
  assertEquals(lineNumbers(client.events), [0, 1]);
  client.connection.close();
});

Deno.test("A11 the empty frame keeps a WebSocket alive", async () => {
  await using server = new EventServer();
  server.push(line(0));
  const client = follow(server);
  await client.changes.until(() => client.events.length === 1);
  for (let i = 0; i < 4; i++) {
    client.clock.advance(25_000);
    const before = client.seen.activity;
    server.push();
    await client.changes.until(() => client.seen.activity > before);
  }
  assertEquals(client.connection.view.phase, "live");
  client.connection.close();
});

Deno.test("A22 a hidden tab leaves when the app falls asleep, with both final events, and resumes when seen", async () => {
  await using server = new EventServer();
  server.push(status("running"));
  const client = follow(server);
  await client.changes.until(() => client.events.length === 1);
  client.page.change("hidden");
  server.push(stopped("idle"));
  await client.changes.until(() => client.events.length === 2);
  server.push(status("sleeping"));
  await client.changes.until(() => client.events.length === 3);
  client.clock.advance(1_000);
  await server.changes.until(() => server.streams.size === 0);
  assertEquals(client.connection.view.phase, "paused");
  client.page.change("online");
  client.clock.advance(3_600_000);
  assertEquals(server.count("websocket"), 1);
  server.push(status("building"));
  client.page.change("visible");
  await client.changes.until(() => client.events.length === 4);
  assertEquals(server.calls.at(-1), "websocket 3");
  client.connection.close();
});

Deno.test("A22 a visible tab of a sleeping app stays connected", async () => {
  await using server = new EventServer();
  server.push(stopped("idle"), status("sleeping"));
  const client = follow(server);
  await client.changes.until(() => client.events.length === 2);
  client.clock.advance(5_000);
  assertEquals([client.connection.view.phase, server.streams.size], ["live", 1]);
  client.connection.close();
});

Deno.test("A22 a hidden tab of an app that is known to sleep does not even begin", async () => {
  await using server = new EventServer();
  const client = follow(server, { asleep: true, page: new TestPage(false) });
  assertEquals([client.connection.view.phase, server.calls], ["paused", []]);
  client.connection.close();
});

Deno.test("X1 what a server replays twice passes once, and a gap is told", async () => {
  await using server = new EventServer();
  // A server that replays from too early, as one does whose cursor is coarse.
  server.push(status("building"), line(0), line(1), line(0), line(1), gap(2, 5), gap(2, 5), line(5));
  const client = follow(server);
  await client.changes.until(() => lineNumbers(client.events).includes(5));
  assertEquals(client.events.map(({ type }) => type), ["status", "log", "log", "gap", "log"]);
  assertEquals(client.connection.cursor, "8");
  client.connection.close();
});

Deno.test("X1 a listener that throws does not harm the stream", async () => {
  await using server = new EventServer();
  server.push(line(0), line(1));
  const { error } = console;
  let reported = 0;
  console.error = () => reported++;
  try {
    const seen: string[] = [];
    const changes = new Waiter();
    const thrower = connectEvents({
      appId: "demo",
      baseUrl: server.url,
      onEvent: (event) => {
        seen.push(event.type);
        changes.poke();
        throw new Error("a listener's own fault");
      },
    });
    await changes.until(() => seen.length === 2);
    thrower.close();
    await server.changes.until(() => server.streams.size === 0);
    assertEquals(reported, 2);
  } finally {
    console.error = error;
  }
});

Deno.test("A4 an API token asks for the ticket, and only the ticket opens the stream", async () => {
  await using server = new EventServer();
  server.push(status("idle"));
  const client = follow(server, { apiToken: "wl_secret", remembered: "sse" });
  await client.phase("live");
  assertEquals(server.headers.map((headers) => headers.get("Authorization") === "Bearer wl_secret"), [
    true,
    false,
  ]);
  client.connection.close();
});

Deno.test("B6 outside a page a server must be named", () => {
  assertThrows(() => connectEvents({ appId: "demo", onEvent() {} }), TypeError, "baseUrl");
});

Deno.test("S7 a proxy that answers every poll at once, with nothing, is asked once a second", async () => {
  const polls: string[] = [];
  const seen = new Waiter();
  const asked = Date.now();
  const connection = connectEvents({
    appId: "demo",
    baseUrl: "http://wakelight.example",
    onEvent() {},
    seams: {
      page: new TestPage(),
      memory: { load: () => "json", save() {} },
      fetch: (url) => {
        if (String(url).endsWith("/ticket")) {
          return Promise.resolve(Response.json({ ticket: "t", expiresAt: "", url: "/api/apps/demo/events" }));
        }
        polls.push(new URL(String(url)).search);
        seen.poke();
        return Promise.resolve(Response.json({ events: [], next: "0" }));
      },
    },
  });
  await seen.until(() => polls.length === 3);
  connection.close();
  assertEquals(polls, ["?wait=0", "?after=0&wait=20", "?after=0&wait=20"]);
  assert(Date.now() - asked >= 990);
});
