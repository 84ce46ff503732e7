import { assert, assertEquals } from "@std/assert";
import { step } from "../../lib/client/connection.ts";
import {
  type ConnectionState,
  type Effect,
  initialState,
  type Input,
  type Start,
} from "../../lib/client/connection_state.ts";

/** Feeds inputs to a machine; each entry may carry the time at which it comes. */
class Run {
  state: ConnectionState;
  effects: readonly Effect[] = [];
  now = 1_000_000;
  random = 0.5;

  constructor(start: Start = {}) {
    this.state = initialState(start);
  }

  in(...inputs: Input[]): this {
    for (const input of inputs) {
      ({ state: this.state, effects: this.effects } = step(this.state, input, this));
    }
    return this;
  }

  /** What the last input asked for, less the cancelling. */
  get asked(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.type === "cancel-timer") return [];
      if (effect.type === "start-timer") return [`${effect.name} ${effect.ms}`];
      if (effect.type === "open" || effect.type === "remember-transport") {
        return [`${effect.type} ${effect.transport}`];
      }
      return [effect.type];
    });
  }
}

const connect: Input = { type: "connect" };
const ticket: Input = { type: "ticket-received", ticket: "t" };
const opened: Input = { type: "opened" };
const received: Input = { type: "received" };
const timer = (name: (Input & { type: "timer" })["name"]): Input => ({ type: "timer", name });
const closed = (code: number, reason = "", retryAfterMs?: number): Input => ({
  type: "closed",
  code,
  reason,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const live = (start?: Start) => new Run(start).in(connect, ticket, opened, received);

Deno.test("A20 a connect begins with a ticket, and only its arrival opens", () => {
  const run = new Run().in(connect);
  assertEquals(run.asked, ["close", "fetch-ticket", "patience 15000"]);
  assertEquals(run.in(ticket).asked, ["open websocket", "patience 3000"]);
  assertEquals(run.state.phase, "connecting");
  assertEquals(run.in(opened).asked, ["patience 3000"]);
  assertEquals(run.in(received).asked, ["stable 10000", "watchdog 15000", "remember-transport websocket"]);
  assertEquals(run.state.phase, "live");
});

Deno.test("A20 after the eighth retry comes error, and online or a return to the tab begins again (S9)", () => {
  for (const back of [["online"], ["hidden", "visible"], ["retry-clicked"]] as const) {
    const run = new Run().in(connect);
    for (let retry = 1; retry <= 8; retry++) {
      run.in({ type: "ticket-failed" });
      assertEquals(run.state.phase, "reconnecting");
      assertEquals(run.state.attempt, retry);
      run.in(timer("retry"));
    }
    run.in({ type: "ticket-failed" });
    assertEquals(run.state.phase, "error");
    assertEquals(run.asked, ["close"]);
    for (const type of back) run.in({ type });
    assertEquals(run.state.phase, "connecting");
    assertEquals(run.state.attempt, 0);
    assert(run.asked.includes("fetch-ticket"));
  }
});

Deno.test("S7 a server that accepts, says a word and closes is retried at growing waits, not at full speed", () => {
  const run = live();
  const waits: (number | null)[] = [];
  for (let i = 0; i < 8; i++) {
    run.in(closed(1000));
    waits.push(run.state.retryAt && run.state.retryAt - run.now);
    run.in(timer("retry"), ticket, opened, received);
  }
  assertEquals(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  assertEquals(run.in(closed(1000)).state.phase, "error");
});

Deno.test("A20 ten stable seconds forget the failures before", () => {
  const run = live().in(closed(1006), timer("retry"), ticket, received);
  assertEquals(run.state.attempt, 1);
  assertEquals(run.in(timer("stable")).state.attempt, 0);
  assertEquals(run.in(closed(1006)).asked, ["close", "retry 1000"]);
});

Deno.test("A21 what never says anything gives way to the next transport, each with a ticket of its own", () => {
  const run = new Run().in(connect, ticket, closed(1006));
  assertEquals(run.state.transport, "sse");
  assert(run.asked.includes("fetch-ticket"));
  run.in(ticket, opened, timer("patience"));
  assertEquals(run.state.transport, "json");
  assertEquals(run.in(ticket).asked, ["open json", "patience 15000"]);
  assertEquals(run.in(timer("patience")).asked, ["close", "retry 1000"]);
  assertEquals(run.state.attempt, 1, "a whole round counts as one failure");
  assertEquals(run.in(timer("retry")).state.transport, "websocket");
});

Deno.test("A21 the transport that worked begins the next round", () => {
  const run = new Run().in(connect, ticket, closed(1006), ticket, received);
  assertEquals(run.asked.at(-1), "remember-transport sse");
  assertEquals(run.in(closed(1006), timer("retry"), ticket).asked[0], "open sse");
  assertEquals(new Run({ transport: "json" }).in(connect, ticket).asked[0], "open json");
});

Deno.test("A2 4401 gets a new ticket at once, but only once", () => {
  const run = new Run().in(connect, ticket, opened, closed(4401, "invalid_ticket"));
  assertEquals(run.asked, ["close", "fetch-ticket", "patience 15000"]);
  assertEquals(run.state.transport, "websocket");
  run.in(ticket, opened, closed(4401, "invalid_ticket"));
  assertEquals(run.asked, ["close", "retry 1000"]);
});

Deno.test("A3 a refusal is final until somebody clicks", () => {
  const cases: [Input, string][] = [
    [{ type: "ticket-failed", status: 401 }, "signed-out"],
    [{ type: "ticket-failed", status: 403 }, "forbidden"],
    [{ type: "ticket-failed", status: 404 }, "gone"],
  ];
  for (const [input, refusal] of cases) {
    const run = new Run().in(connect, input);
    assertEquals([run.state.phase, run.state.refusal, run.asked], ["refused", refusal, ["close"]]);
    for (const type of ["online", "hidden", "visible", "offline"] as const) {
      assertEquals(run.in({ type }).asked, []);
    }
    assert(run.in({ type: "retry-clicked" }).asked.includes("fetch-ticket"));
    assertEquals(run.state.refusal, null);
  }
  assertEquals(live().in(closed(4403, "ticket_app_mismatch")).state.refusal, "forbidden");
  assertEquals(live().in(closed(4404, "unknown_app")).state.refusal, "gone");
});

Deno.test("A20 the server's own refusals wait, for as long as it says, and try no other transport", () => {
  const run = new Run().in(connect, ticket, opened, closed(4429, "too_many_streams", 20_000));
  assertEquals(run.asked, ["close", "retry 20000"]);
  assertEquals(run.state.transport, "websocket");
  assertEquals(run.in({ type: "online" }).asked, [], "no hurry cuts the server's order short");
  assertEquals(new Run().in(connect, ticket, closed(4503, "restarting")).asked, ["close", "retry 1000"]);
  const proxy = new Run({ transport: "sse" }).in(connect, ticket, closed(4502));
  assertEquals(proxy.state.transport, "json", "a proxy's status is no refusal of ours");
});

Deno.test("A1 a cursor that the server does not know is given up, once", () => {
  const run = new Run().in(connect, ticket, opened, closed(4400, "invalid_cursor"));
  assertEquals(run.asked, ["forget-cursor", "close", "fetch-ticket", "patience 15000"]);
  assertEquals(run.in(ticket, closed(4400, "invalid_cursor")).asked, ["close", "retry 1000"]);
});

Deno.test("A11 being asked to come back is no failure", () => {
  const run = live().in(timer("stable"), { type: "reconnect", afterMs: 0 });
  assertEquals(run.asked, ["close", "retry 0"]);
  assertEquals(run.state.attempt, 0);
  const spread = live().in(timer("stable"), { type: "reconnect", afterMs: 3400 });
  assertEquals(spread.asked, ["close", "retry 3400"]);
});

Deno.test("S7 a server that always says at once is not obeyed at full speed", () => {
  assertEquals(live().in({ type: "reconnect", afterMs: 0 }).asked, ["close", "retry 1000"]);
});

Deno.test("A11 55 silent seconds are a dead connection, by the wall clock", () => {
  const run = live();
  run.now += 54_999;
  assertEquals(run.in(timer("watchdog")).asked, ["watchdog 1"]);
  run.now += 1;
  assertEquals(run.in(timer("watchdog")).asked, ["close", "retry 1000"]);

  const fed = live();
  fed.now += 50_000;
  fed.in(received);
  fed.now += 50_000;
  assertEquals(fed.in(timer("watchdog")).asked, ["watchdog 5000"]);

  const lid = live();
  lid.now += 3_600_000;
  assert(
    lid.in({ type: "hidden" }, { type: "visible" }).asked.includes("fetch-ticket"),
    "seen as soon as looked at",
  );

  const setBack = live();
  setBack.now -= 3_600_000;
  assertEquals(setBack.in(timer("watchdog")).asked, ["watchdog 15000"]);
  setBack.now += 55_000;
  assertEquals(setBack.in(timer("watchdog")).asked, ["close", "retry 1000"]);
});

Deno.test("A22 a hidden tab leaves a sleeping app, and comes back when it is seen", () => {
  for (
    const asleep of [
      { type: "stopped", reason: "idle" },
      { type: "stopped", reason: "lost" },
      { type: "status", state: "sleeping" },
    ] as const
  ) {
    const run = live().in({ type: "hidden" }, asleep);
    assertEquals(run.asked, ["pause 1000"]);
    assertEquals(run.in(timer("pause")).asked, ["close"]);
    assertEquals(run.state.phase, "paused");
    assertEquals(run.in({ type: "online" }, timer("retry")).asked, []);
    assert(run.in({ type: "visible" }).asked.includes("fetch-ticket"));
  }
});

Deno.test("A22 a visible tab of a sleeping app stays, and leaves when it is hidden", () => {
  const run = live().in({ type: "stopped", reason: "idle" }, { type: "status", state: "sleeping" });
  assertEquals([run.asked, run.state.phase], [[], "live"]);
  assertEquals(run.in({ type: "hidden" }).asked, ["pause 1000"]);
  assertEquals(run.in({ type: "visible" }).asked, [], "a glance at another tab costs nothing");
  assertEquals(run.in(timer("pause")).state.phase, "live");
});

Deno.test("A22 replaced is no sleep, and an app that builds is awake", () => {
  const replaced = live().in({ type: "hidden" }, { type: "stopped", reason: "replaced" });
  assertEquals([replaced.asked, replaced.state.asleep], [[], false]);
  const woken = live().in({ type: "status", state: "sleeping" }, { type: "status", state: "building" });
  assertEquals(woken.in({ type: "hidden" }).asked, []);
});

Deno.test("A22 a hidden tab neither begins nor retries while the app sleeps", () => {
  const begun = new Run({ visible: false, asleep: true }).in(connect);
  assertEquals([begun.state.phase, begun.asked], ["paused", ["close"]]);
  const cut = live().in({ type: "hidden" }, { type: "stopped", reason: "exit" }, closed(1000));
  assertEquals(cut.state.phase, "paused");
});

Deno.test("S9 a wait is cut short when the network comes back, without a fresh count", () => {
  const run = live().in(closed(1006));
  assert(run.in({ type: "online" }).asked.includes("fetch-ticket"));
  assertEquals(run.state.attempt, 1);
});
