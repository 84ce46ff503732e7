import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { step } from "../../lib/client/connection.ts";
import {
  type ConnectionState,
  initialState,
  type Input,
  type TimerName,
} from "../../lib/client/connection_state.ts";
import { PreviewState, StopReason } from "../../lib/protocol/states.ts";

const simple = [
  "opened",
  "received",
  "online",
  "offline",
  "visible",
  "hidden",
  "retry-clicked",
  "connect",
] as const;
const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...simple).map((type) => ({ type })) },
  { weight: 4, arbitrary: fc.constant<Input>({ type: "ticket-received", ticket: "t" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("ticket-failed" as const),
      status: fc.constantFrom(undefined, 401, 404, 429, 500, 503),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("closed" as const),
      code: fc.constantFrom(1000, 1006, 3000, 4400, 4401, 4403, 4404, 4429, 4502, 4503),
      reason: fc.constantFrom("", "invalid_cursor", "restarting"),
      retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
    }),
  },
  fc.record({ type: fc.constant("reconnect" as const), afterMs: fc.nat(20_000) }),
  fc.record({ type: fc.constant("stopped" as const), reason: fc.constantFrom(...StopReason.options) }),
  fc.record({ type: fc.constant("status" as const), state: fc.constantFrom(...PreviewState.options) }),
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("timer" as const),
      name: fc.constantFrom<TimerName>("patience", "retry", "stable", "watchdog", "pause"),
    }),
  },
);
const moment = fc.record({
  passed: fc.nat(90_000),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const life = fc.array(fc.tuple(input, moment), { maxLength: 150, size: "max" });

/** Runs a life; a timer only fires where it was started. Calls back after each step. */
function live(
  inputs: readonly [Input, { passed: number; random: number }][],
  seen: (
    before: ConnectionState,
    input: Input,
    result: ReturnType<typeof step>,
    timers: Set<TimerName>,
  ) => void,
): void {
  let state = initialState();
  let now = 1_000_000;
  const timers = new Set<TimerName>();
  for (
    const [next, { passed, random }] of [
      [{ type: "connect" } as Input, { passed: 0, random: 0 }] as const,
      ...inputs,
    ]
  ) {
    if (next.type === "timer" && !timers.delete(next.name)) continue;
    now += passed;
    const before = state;
    const result = step(state, next, { now, random });
    state = result.state;
    for (const effect of result.effects) {
      if (effect.type === "start-timer") timers.add(effect.name);
      if (effect.type === "cancel-timer") timers.delete(effect.name);
    }
    seen(before, next, result, timers);
  }
}

const check = (property: (inputs: [Input, { passed: number; random: number }][]) => void) =>
  fc.assert(fc.property(life, property), { numRuns: 500 });

Deno.test("A20 nothing opens without a ticket fetched since the last close, and only one thing is open", () => {
  check((inputs) => {
    let fetching = false, open = false;
    live(inputs, (_, input, { state, effects }) => {
      if (input.type === "ticket-failed") fetching = false;
      if (input.type === "closed") open = false;
      for (const effect of effects) {
        if (effect.type === "close") fetching = open = false;
        if (effect.type === "fetch-ticket") {
          assert(!fetching && !open);
          fetching = true;
        }
        if (effect.type === "open") {
          assert(fetching && !open && input.type === "ticket-received");
          fetching = false;
          open = true;
        }
      }
      if (state.stage === "off" || state.stage === "waiting") assert(!fetching && !open);
    });
  });
});

Deno.test("A20 never more than eight timed retries without a stable connection, a person or the network", () => {
  check((inputs) => {
    let retries = 0;
    let asked = false;
    live(inputs, (before, input, { state }) => {
      if (input.type === "reconnect") asked = true;
      if (input.type === "timer" && input.name === "stable") retries = 0;
      if (["online", "visible", "retry-clicked", "connect"].includes(input.type)) retries = 0;
      if (input.type === "timer" && input.name === "retry" && before.stage === "waiting") {
        if (!asked) retries++;
        asked = false;
      }
      assert(retries <= 8);
      assert(state.attempt >= 0 && state.attempt <= 8);
    });
  });
});

Deno.test("S7 a server that fails in every way it can is left alone after nine tries", () => {
  const failure = fc.constantFrom<Input[]>(
    [{ type: "ticket-failed" }],
    [{ type: "timer", name: "patience" }],
    [{ type: "ticket-received", ticket: "t" }, { type: "closed", code: 4503, reason: "restarting" }],
    [{ type: "ticket-received", ticket: "t" }, { type: "opened" }, { type: "received" }, {
      type: "closed",
      code: 1000,
      reason: "",
    }],
    [{ type: "ticket-received", ticket: "t" }, { type: "received" }, {
      type: "closed",
      code: 4401,
      reason: "",
    }],
    [{ type: "ticket-received", ticket: "t" }, { type: "closed", code: 1006, reason: "" }],
  );
  fc.assert(fc.property(fc.array(failure, { minLength: 60, maxLength: 60, size: "max" }), (failures) => {
    const inputs = failures.flatMap((inputs) => [...inputs, { type: "timer", name: "retry" } as Input]);
    let retries = 0, tickets = 0;
    let last: ConnectionState | undefined;
    live(inputs.map((input) => [input, { passed: 0, random: 0 }]), (before, input, { state, effects }) => {
      if (before.stage === "waiting" && input.type === "timer") retries++;
      tickets += effects.filter(({ type }) => type === "fetch-ticket").length;
      last = state;
    });
    assertEquals([last?.phase, retries], ["error", 8]);
    // Nine rounds of three transports, and one ticket renewed at once.
    assert(tickets <= 28);
  }));
});

Deno.test("A20 every wait lies within its bounds, and S7 none is shorter than half a second unless planned", () => {
  check((inputs) => {
    live(inputs, (before, input, { state, effects }) => {
      for (const effect of effects) {
        if (effect.type !== "start-timer" || effect.name !== "retry") continue;
        if (input.type === "reconnect") {
          assert(effect.ms >= input.afterMs && (before.stable || effect.ms >= 500));
          continue;
        }
        const base = Math.min(30_000, 1000 * 2 ** (state.attempt - 1));
        const order = "retryAfterMs" in input ? input.retryAfterMs ?? 0 : 0;
        assert(effect.ms >= base * 0.5 && effect.ms <= Math.max(base * 1.5, order));
      }
    });
  });
});

Deno.test("S9 from error only the network, a return to the tab or a click leads back; from refused only a click", () => {
  check((inputs) => {
    live(inputs, (before, input, { effects }) => {
      if (!effects.some(({ type }) => type === "fetch-ticket")) return;
      if (before.phase === "error") {
        assert(["online", "visible", "retry-clicked"].includes(input.type), input.type);
      }
      if (before.phase === "refused") assert(["connect", "retry-clicked"].includes(input.type), input.type);
      if (before.phase === "paused") {
        assert(["connect", "visible", "retry-clicked"].includes(input.type), input.type);
      }
    });
  });
});

Deno.test("A22 no ticket is fetched while the tab is hidden and the app sleeps, but for a second's grace", () => {
  check((inputs) => {
    live(inputs, (_, __, { state, effects }, timers) => {
      const fetched = effects.some(({ type }) => type === "fetch-ticket");
      if (fetched && state.asleep && !state.visible) {
        assert(timers.has("pause"), "then the grace of a second is still running");
      }
    });
  });
});

Deno.test("S9 the machine is never stuck: whatever it waits for has a timer", () => {
  const needed: Record<string, TimerName> = {
    ticket: "patience",
    opening: "patience",
    open: "watchdog",
    waiting: "retry",
  };
  check((inputs) => {
    live(inputs, (_, __, { state }, timers) => {
      if (state.stage === "off") assertEquals([...timers], []);
      else assert(timers.has(needed[state.stage]!), `${state.stage} without ${needed[state.stage]}`);
    });
  });
});

Deno.test("B5 after dispose nothing is asked for any more", () => {
  fc.assert(fc.property(life, life, (before, after) => {
    let last = initialState();
    live(before, (_, __, { state }) => last = state);
    let { state } = step(last, { type: "dispose" }, { now: 0, random: 0 });
    for (const [input] of after) {
      const result = step(state, input, { now: 0, random: 0 });
      assertEquals(result.effects, []);
      state = result.state;
    }
  }));
});
