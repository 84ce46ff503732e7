import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { createLeaveWatch } from "../../lib/proxy/leaving.ts";

/** A request whose signal can be aborted, and tells how often it was asked for. */
function visitor() {
  const controller = new AbortController();
  let asked = 0;
  const req = {
    get signal() {
      asked++;
      return controller.signal;
    },
  } as Request;
  return { req, leave: () => controller.abort(), asked: () => asked };
}

Deno.test("A18 who leaves while he waits is noticed, once, also where he left before anybody looked", () => {
  using time = new FakeTime();
  const leaving = createLeaveWatch(20);
  const early = visitor();
  const late = visitor();
  const left: string[] = [];
  const unwatch = [
    leaving.watch(early.req, () => left.push("early")),
    leaving.watch(late.req, () => left.push("late")),
  ];
  early.leave();
  time.tick(40);
  assertEquals(left, ["early"]);
  time.tick(10_000);
  late.leave();
  assertEquals(left, ["early", "late"]);
  for (const end of unwatch) end();
});

Deno.test("A18 an answer that begins at once costs no signal and leaves no timer", () => {
  using time = new FakeTime();
  const leaving = createLeaveWatch(20);
  const waits = visitor();
  const unwatchWaiting = leaving.watch(waits.req, () => {});
  for (let i = 0; i < 100; i++) {
    const { req, asked, leave } = visitor();
    const unwatch = leaving.watch(req, () => {
      throw new Error("He has his answer");
    });
    time.tick(1);
    unwatch();
    leave();
    assertEquals(asked(), 0);
  }
  assertEquals(waits.asked(), 1);
  unwatchWaiting();
  assertEquals(time.next(), false);
});

Deno.test("A18 who has his answer may leave unnoticed", () => {
  using time = new FakeTime();
  const { req, leave } = visitor();
  const unwatch = createLeaveWatch(20).watch(req, () => {
    throw new Error("He has his answer");
  });
  time.tick(100);
  unwatch();
  leave();
});
