/** A laptop whose lid was closed: the socket is half open, nothing says so, and the clock has jumped (A11, A20). */
import { assert, assertEquals } from "@std/assert";
import type { TransportName } from "../../lib/client/connection_state.ts";
import { connectEvents } from "../../lib/client/connect.ts";
import type { OpenRequest } from "../../lib/client/transport.ts";
import { Clock } from "../client/support/clock.ts";
import { line } from "../client/support/events.ts";
import { TestPage } from "../client/support/page.ts";

/** A transport that is up until it is silent: no close, no error, no byte. */
function halfOpen() {
  const opened: OpenRequest[] = [];
  const closed: OpenRequest[] = [];
  const clock = new Clock();
  const page = new TestPage();
  const transport = {
    open(request: OpenRequest) {
      opened.push(request);
      request.on.open();
      request.on.activity();
      return { close: () => void closed.push(request) };
    },
  };
  const transports = { websocket: transport, sse: transport, json: transport };
  const connection = connectEvents({
    appId: "demo",
    baseUrl: "http://127.0.0.1",
    onEvent: () => {},
    seams: {
      transports,
      page,
      now: clock.now,
      timers: clock.timers,
      random: () => 0.5,
      memory: { load: (): TransportName => "websocket", save: () => {} },
      fetch: () =>
        Promise.resolve(
          Response.json({ ticket: "t", expiresAt: new Date(clock.time).toISOString(), url: "/events" }),
        ),
    },
  });
  /** The ticket's way takes some turns of the event loop. */
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { connection, clock, page, opened, closed, settle };
}

Deno.test("A11 X1 a half-open socket is noticed within 60 seconds by the client itself, and the stream resumes after the last line", async () => {
  const { connection, clock, opened, closed, settle } = halfOpen();
  await settle();
  assertEquals([opened.length, connection.view.phase], [1, "live"]);
  opened[0].on.event({ ...line(7), id: "3~7" });
  opened[0].on.activity();
  // Silence begins. The server was to be heard every 25 s.
  const from = clock.time;
  while (connection.view.phase === "live" && clock.time - from < 120_000) clock.advance(1_000);
  assert(clock.time - from <= 60_000, `${clock.time - from} ms`);
  assertEquals(closed.length, 1);
  clock.advance(connection.view.retryAt! - clock.time);
  await settle();
  assertEquals([opened.length, opened[1].cursor, connection.view.phase], [2, "3~7", "live"]);
  connection.close();
  assertEquals(clock.pending, 0);
});

Deno.test("A11 a lid closed for ten minutes: timers stood still, the clock has jumped, and the first look after it opens finds the socket dead", async () => {
  const { connection, clock, opened, settle } = halfOpen();
  await settle();
  opened[0].on.event({ ...line(7), id: "3~7" });
  clock.advance(5_000);
  // Asleep: no timer runs, and those that were set are due later by as much.
  clock.sleep(10 * 60_000);
  assertEquals(connection.view.phase, "live", "nobody has told it");
  const woke = clock.time;
  while (connection.view.phase === "live" && clock.time - woke < 120_000) clock.advance(1_000);
  assert(clock.time - woke <= 60_000, `${clock.time - woke} ms`);
  clock.advance(connection.view.retryAt! - clock.time);
  await settle();
  assertEquals([opened.length, opened[1].cursor], [2, "3~7"]);
  connection.close();
});

Deno.test("A11 A20 whoever looks at the page when the lid opens does not wait for the next look: it reconnects at once", async () => {
  for (const change of ["visible", "online"] as const) {
    const { connection, clock, page, opened, settle } = halfOpen();
    await settle();
    clock.sleep(10 * 60_000);
    if (change === "visible") page.change("hidden");
    page.change(change);
    await settle();
    assertEquals([opened.length, connection.view.phase], [2, "live"], change);
    connection.close();
  }
});
