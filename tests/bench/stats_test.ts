import { assertEquals, assertThrows } from "@std/assert";
import { median, percentiles, spread } from "../../bench/support/stats.ts";

Deno.test("the median is the middle one, or the mean of the two", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([10, 1, 2, 4]), 3);
  assertEquals(spread([3, 1, 2]), [1, 3]);
  assertThrows(() => median([]), Error, "No values");
  assertThrows(() => spread([]), Error, "No values");
});

Deno.test("percentiles are values that were measured, by the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assertEquals(percentiles(hundred), { count: 100, p50: 50, p99: 99, max: 100 });
  assertEquals(percentiles([7]), { count: 1, p50: 7, p99: 7, max: 7 });
  assertEquals(percentiles([]), { count: 0, p50: 0, p99: 0, max: 0 });
});
