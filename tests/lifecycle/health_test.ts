import { assertEquals } from "@std/assert";
import { healthOf, readinessOf } from "../../lib/lifecycle/health.ts";

Deno.test("X15 health fails where fewer isolates renew than were started, and not for a store that is away", () => {
  for (
    const [renewing, started, workers, age, ok] of [
      [1, 1, undefined, 0, true],
      [2, 2, 2, 60_000, true],
      [1, 2, undefined, 0, false],
      // Two of four have come so far: the others get half a minute.
      [2, 2, 4, 5_000, true],
      [2, 2, 4, 60_000, false],
      // `deno task dev` in an environment that sets the variable for something else.
      [1, 1, 4, 60_000, true],
    ] as const
  ) {
    const answer = healthOf({ renewing, started }, workers, age);
    assertEquals(answer.ok, ok, JSON.stringify({ renewing, started, workers, age }));
    assertEquals(answer.isolates, renewing);
  }
  assertEquals(healthOf(null, 4, 60_000), { ok: true, isolates: null, started: 1 });
});

Deno.test("X15 an isolate is ready while its store answers and it does not drain", () => {
  assertEquals(readinessOf("ok", false).ok, true);
  assertEquals(readinessOf("unavailable", false).ok, false);
  assertEquals(readinessOf("ok", true), { ok: false, store: "ok", draining: true });
});
