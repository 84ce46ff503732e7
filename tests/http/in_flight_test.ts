import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { createInFlight } from "../../lib/http/in_flight.ts";

Deno.test("X10 settled when all is sent, also what failed", async () => {
  const inFlight = createInFlight();
  assertEquals(await inFlight.settled(1_000), 0);
  const [sent, cut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  inFlight.track(sent.promise);
  inFlight.track(cut.promise);
  const settled = inFlight.settled(10_000);
  sent.resolve();
  cut.reject(new Error("The reader has gone"));
  assertEquals([await settled, inFlight.size], [0, 0]);
});

Deno.test("X10 a reader that takes nothing is not waited for for ever", async () => {
  using time = new FakeTime();
  const inFlight = createInFlight();
  inFlight.track(new Promise(() => {}));
  const settled = inFlight.settled(3_000);
  await time.tickAsync(3_000);
  assertEquals(await settled, 1);
});

Deno.test("X10 what says itself when it begins and ends is waited for, too", async () => {
  const inFlight = createInFlight();
  inFlight.begin();
  inFlight.begin();
  inFlight.end();
  assertEquals(inFlight.size, 1);
  const settled = inFlight.settled(10_000);
  inFlight.end();
  assertEquals([await settled, inFlight.size], [0, 0]);
});
