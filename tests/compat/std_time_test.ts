import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeTime, TimeError } from "@std/testing/time";

Deno.test("time stands still until it is told to move", () => {
  using time = new FakeTime(1_000);
  assertEquals([Date.now(), new Date().getTime(), time.now, time.start], [1_000, 1_000, 1_000, 1_000]);
  time.tick(500);
  assertEquals([Date.now(), time.now, time.start], [1_500, 1_500, 1_000]);
  time.now = 2_000;
  assertEquals(Date.now(), 2_000);
  assertThrows(() => time.now = 1_999, TimeError);
});

Deno.test("the start is a number, text, a date, or now", () => {
  for (const start of [5, "1970-01-01T00:00:00.005Z", new Date(5)]) {
    using time = new FakeTime(start);
    assertEquals(time.now, 5);
  }
  const before = Date.now();
  using time = new FakeTime();
  assert(time.now >= before && time.now < before + 1_000);
});

Deno.test("dates stay dates", () => {
  const earlier = new Date(7);
  using _time = new FakeTime(5);
  assert(earlier instanceof Date && new Date() instanceof Date);
  assertEquals(new Date(2020, 0, 2).getDate(), 2);
  assertEquals(Date.UTC(1970, 0), 0);
  assertEquals(new Date(5), new Date());
  assertEquals(typeof Date(), "string");
});

Deno.test("timers run in the order in which they fall due, each at its time", () => {
  using time = new FakeTime(0);
  const ran: string[] = [];
  const note = (name: string) => ran.push(`${name}@${Date.now()}`);
  setTimeout(note, 20, "b");
  setTimeout(note, 10, "a");
  setTimeout(() => setTimeout(note, 5, "nested"), 10);
  const interval = setInterval(note, 8, "i");
  const cleared = setTimeout(note, 1, "never");
  clearTimeout(cleared);
  time.tick(16);
  assertEquals(ran, ["i@8", "a@10", "nested@15", "i@16"]);
  clearInterval(interval);
  time.tick(100);
  assertEquals(ran.slice(4), ["b@20"]);
});

Deno.test("next and runAll go from timer to timer", () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  for (const ms of [30, 10, 20]) setTimeout(() => ran.push(ms), ms);
  assert(time.next());
  assertEquals([ran, time.now], [[10], 10]);
  time.runAll();
  assertEquals([ran, time.now], [[10, 20, 30], 30]);
  assert(!time.next());
});

Deno.test("the async forms let promises go on in between", async () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  const run = async () => {
    await Promise.resolve();
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      ran.push(Date.now());
    }
  };
  const done = run();
  await time.tickAsync(10);
  await time.runMicrotasks();
  assertEquals(ran, [10]);
  assert(await time.nextAsync());
  await time.runAllAsync();
  assertEquals(ran, [10, 20, 30]);
  await done;
});

Deno.test("an interval of 0 lets the time pass", () => {
  using time = new FakeTime(0);
  let runs = 0;
  const interval = setInterval(() => runs++, 0);
  time.tick(5);
  clearInterval(interval);
  assertEquals(runs, 5);
});

Deno.test("restore gives the real time back; only one may be faked at a time", async () => {
  const real = { Date, setTimeout, clearTimeout, setInterval, clearInterval };
  const time = new FakeTime(0);
  assertThrows(() => new FakeTime(), TimeError);
  assert(Date !== real.Date && setTimeout !== real.setTimeout);
  await FakeTime.restoreFor(() => assert(Date === real.Date));
  assertEquals(Date.now(), 0);
  time.restore();
  assertEquals({ Date, setTimeout, clearTimeout, setInterval, clearInterval }, real);
  assertThrows(() => time.restore(), TimeError);
  assertThrows(() => FakeTime.restore(), TimeError);
});

Deno.test("a timer from before can be cleared, and delay waits in real time", async () => {
  let fired = false;
  const earlier = setTimeout(() => fired = true, 20);
  using time = new FakeTime(0);
  clearTimeout(earlier);
  await time.delay(30);
  assertEquals([fired, time.now], [false, 0]);
});

Deno.test("delay ends early with its signal", async () => {
  using time = new FakeTime(0);
  const controller = new AbortController();
  const waiting = time.delay(60_000, { signal: controller.signal });
  controller.abort(new Error("enough"));
  assertEquals(await waiting.catch((error) => error.message), "enough");
});
