import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { passOnce } from "../../lib/client/once.ts";
import { gap, line, OTHER_DEPLOY, status } from "./support/events.ts";

Deno.test("X1 however often and from wherever a server replays, each line passes once and in order", () => {
  const replays = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 20 });
  fc.assert(fc.property(replays, (ranges) => {
    const isNew = passOnce();
    const passed: number[] = [];
    let reached = 0;
    for (const [from, length] of ranges) {
      // Never from beyond the last line: that would be a hole, and the server's.
      for (let n = Math.min(from, reached); n < Math.min(from, reached) + length; n++) {
        if (isNew({ ...line(n), id: `${n}` })) passed.push(n);
        reached = Math.max(reached, n + 1);
      }
    }
    assertEquals(passed, Array.from({ length: reached }, (_, n) => n));
  }));
});

Deno.test("X1 the lines of two deploys do not hide each other, and a gap is passed once", () => {
  const isNew = passOnce();
  const seen = [
    line(0),
    line(0, OTHER_DEPLOY),
    line(1),
    gap(2, 9),
    gap(2, 9),
    line(8),
    line(9),
    line(1, OTHER_DEPLOY),
  ];
  assertEquals(seen.map(isNew), [true, true, true, true, false, false, true, true]);
});

Deno.test("X1 a state that comes back is news; the same one again is none", () => {
  const isNew = passOnce();
  const running = { ...status("running"), id: "5" }, sleeping = { ...status("sleeping"), id: "5" };
  assertEquals([running, running, sleeping, running].map(isNew), [true, false, true, true]);
  assertEquals(isNew({ ...running, id: "6" }), true);
});
