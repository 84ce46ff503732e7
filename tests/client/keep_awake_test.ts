import { assertEquals } from "@std/assert";
import { keepAwake } from "../../lib/client/keep_awake.ts";
import { Clock } from "./support/clock.ts";
import { TestPage } from "./support/page.ts";

Deno.test("A19 a visible tab pings its running preview every minute, without cookies; no other does", () => {
  const clock = new Clock(), page = new TestPage();
  const pings: [string, RequestInit | undefined][] = [];
  let target: string | null = "http://demo.localhost:8000/some/path?x";
  const stop = keepAwake({
    target: () => target,
    page,
    timers: clock.timers,
    fetch: (url, init) => {
      pings.push([String(url), init]);
      return Promise.reject(new TypeError("not there"));
    },
  });
  clock.advance(180_000);
  assertEquals(pings.map(([url]) => url), Array(3).fill("http://demo.localhost:8000/_wakelight/ping"));
  assertEquals([pings[0]?.[1]?.mode, pings[0]?.[1]?.credentials], ["cors", "omit"]);

  page.change("hidden");
  clock.advance(600_000);
  assertEquals(pings.length, 3, "hidden");
  page.change("visible");
  assertEquals(pings.length, 4, "seen again");
  target = null;
  clock.advance(600_000);
  assertEquals(pings.length, 4, "nothing runs");
  target = "http://demo.localhost:8000/";
  stop();
  clock.advance(600_000);
  assertEquals([pings.length, clock.pending, page.listeners], [4, 0, 0]);
});
