/** What A1 promises of all three transports: the same events, the same resume, the same refusals. */
import { assertEquals } from "@std/assert";
import { TRANSPORTS } from "../../../lib/client/connection_state.ts";
import { line, reconnect, status } from "../support/events.ts";
import { EventServer } from "../support/event_server.ts";
import { follow, lineNumbers } from "../support/follower.ts";

const newlines = "one\ntwo\r\nthree\u2028four";

for (const transport of TRANSPORTS) {
  Deno.test(`A1 ${transport}: the same events with the same ids, newlines and emoji whole`, async () => {
    await using server = new EventServer();
    const sent = [status("building"), line(0, undefined, newlines), line(1, undefined, "🚀👩‍👩‍👧 日本語")];
    server.push(...sent);
    const client = follow(server, { remembered: transport });
    await client.changes.until(() => client.events.length === 3);
    server.push(status("running", { previewUrl: "http://demo.localhost:8000/" }));
    await client.changes.until(() => client.events.length === 4);
    assertEquals(client.events.slice(0, 3), sent.map((event, i) => ({ ...event, id: String(i + 1) })));
    assertEquals([client.connection.view.phase, client.connection.view.transport], ["live", transport]);
    assertEquals([client.connection.cursor, server.count("ticket")], ["4", server.count(transport)]);
    client.connection.close();
    await server.changes.until(() => server.streams.size === 0);
  });

  Deno.test(`S15 ${transport}: lines written while the client reconnects arrive, once and in order`, async () => {
    await using server = new EventServer();
    server.push(status("building"), ...[0, 1, 2].map((n) => line(n)));
    const client = follow(server, { remembered: transport });
    await client.changes.until(() => client.events.length === 4);
    for (let round = 1; round <= 3; round++) {
      await server.changes.until(() => server.streams.size === 1);
      server.cut();
      await client.phase("reconnecting");
      server.push(line(round * 2 + 1));
      await client.retry();
      await client.phase("live");
      await client.changes.until(() => lineNumbers(client.events).at(-1) === round * 2 + 1);
      server.push(line(round * 2 + 2));
      await client.changes.until(() => lineNumbers(client.events).at(-1) === round * 2 + 2);
    }
    assertEquals(lineNumbers(client.events), Array.from({ length: 9 }, (_, n) => n));
    client.connection.close();
  });

  Deno.test(`A2 ${transport}: a bad ticket is replaced once at once, then waits`, async () => {
    await using server = new EventServer();
    server.behaviour[transport] = "invalid_ticket";
    const client = follow(server, { remembered: transport });
    await client.phase("reconnecting");
    assertEquals([server.count("ticket"), server.count(transport)], [2, 2]);
    assertEquals(client.connection.view.attempt, 1);
    client.connection.close();
  });

  Deno.test(`A2 ${transport}: an unknown app is refused for good`, async () => {
    await using server = new EventServer();
    server.behaviour[transport] = "unknown_app";
    const client = follow(server, { remembered: transport });
    await client.phase("refused");
    client.clock.advance(3_600_000);
    assertEquals([server.count(transport), client.clock.pending], [1, 0]);
    client.connection.close();
  });

  Deno.test(`A1 ${transport}: a cursor that the server does not know is dropped, once`, async () => {
    await using server = new EventServer();
    server.behaviour[transport] = "invalid_cursor";
    const client = follow(server, { remembered: transport, after: "nonsense" });
    await client.phase("reconnecting");
    assertEquals(server.calls.filter((call) => call !== "ticket"), [
      `${transport} nonsense`,
      `${transport} -`,
    ]);
    client.connection.close();
  });

  Deno.test(`A11 ${transport}: told to come back, it does so on time, uncounted, and loses nothing`, async () => {
    await using server = new EventServer();
    server.push(line(0));
    const client = follow(server, { remembered: transport });
    await client.changes.until(() => client.events.length === 1);
    await server.changes.until(() => server.streams.size === 1);
    client.clock.advance(10_000);
    server.say(reconnect(2500));
    await client.phase("reconnecting");
    server.push(line(1));
    assertEquals(client.connection.view.retryAt, client.clock.time + 2500);
    assertEquals(client.connection.view.attempt, 0);
    client.clock.advance(2500);
    await client.changes.until(() => lineNumbers(client.events).length === 2);
    assertEquals(client.events.map(({ type }) => type), ["log", "log"]);
    client.connection.close();
  });

  Deno.test(`B5 ${transport}: close ends the stream and nothing is called after it`, async () => {
    await using server = new EventServer();
    server.push(line(0));
    const client = follow(server, { remembered: transport });
    await client.changes.until(() => client.events.length === 1);
    await server.changes.until(() => server.streams.size === 1);
    const views = client.views.length;
    client.connection.close();
    server.push(line(1));
    await server.changes.until(() => server.streams.size === 0);
    assertEquals([client.events.length, client.views.length], [1, views]);
    assertEquals([client.clock.pending, client.page.listeners], [0, 0]);
  });
}
