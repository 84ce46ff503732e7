import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoff, MAX_RETRIES } from "../../lib/client/backoff.ts";

Deno.test("A20 the eight waits double from one second to thirty", () => {
  const waits = Array.from({ length: MAX_RETRIES }, (_, n) => backoff(n, 0.5));
  assertEquals(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

Deno.test("A20 every wait is spread over 0.5 to 1.5 of itself", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, random) => {
      const whole = Math.min(30_000, 1000 * 2 ** n);
      const ms = backoff(n, random);
      assert(ms >= whole * 0.5 && ms <= whole * 1.5);
    }),
  );
});
