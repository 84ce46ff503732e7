import { assertEquals } from "@std/assert";
import { createActivity } from "../../lib/preview/activity.ts";
import { APP_ID } from "./samples.ts";

Deno.test("A19 a preview that serves many requests is noted as used once in a while", () => {
  const written: number[] = [];
  let now = 0;
  const activity = createActivity({
    touch: (_, at) => Promise.resolve(void written.push(at)),
    every: 30_000,
    now: () => now,
  });
  for (now = 0; now < 61_000; now += 100) {
    activity.touch(APP_ID);
    activity.trim();
  }
  assertEquals(written, [0, 30_000, 60_000]);
});
