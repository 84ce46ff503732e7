import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createOpenStreams, type Place } from "../../lib/events/limits.ts";

const LIMITS = { perUser: 2, perApp: 3, perAddress: 4 };

Deno.test("each limit is reached by itself, is named, and takes nothing where it refuses", () => {
  const streams = createOpenStreams(LIMITS);
  const enter = (user: string, app: string, address?: string) => streams.enter({ user, app, address });
  assert(enter("ada", "a", "1").ok && enter("ada", "b", "1").ok);
  assertEquals(enter("ada", "c", "2"), { ok: false, limit: "user" });
  assert(enter("bob", "a", "1").ok && enter("cyd", "a", "1").ok);
  assertEquals(enter("dan", "a", "2"), { ok: false, limit: "app" });
  assertEquals(enter("dan", "b", "1"), { ok: false, limit: "address" });
  assert(enter("dan", "c", "2").ok && enter("dan", "c").ok);
  assertEquals(streams.size, 6);
});

Deno.test("a place that was given back, once or more often, is free once", () => {
  const streams = createOpenStreams({ ...LIMITS, perUser: 1 });
  const place = streams.enter({ user: "ada", app: "a" });
  assert(place.ok && !streams.enter({ user: "ada", app: "b" }).ok);
  place.leave();
  place.leave();
  assertEquals(streams.size, 0);
  assert(streams.enter({ user: "ada", app: "b" }).ok);
  assert(!streams.enter({ user: "ada", app: "b" }).ok);
});

Deno.test("B5 whoever comes and goes in whatever order, no limit is ever exceeded and nothing is left", () => {
  const moves = fc.array(fc.record({
    user: fc.constantFrom("ada", "bob", "cyd"),
    app: fc.constantFrom("a", "b"),
    address: fc.constantFrom("1", "2", undefined),
    leaves: fc.option(fc.nat(20), { nil: undefined }),
  }));
  fc.assert(fc.property(moves, (all) => {
    const streams = createOpenStreams(LIMITS);
    const open: { who: Record<string, string | undefined>; place: Place & { ok: true } }[] = [];
    const count = (key: string, value?: string) =>
      value === undefined ? 0 : open.filter(({ who }) => who[key] === value).length;
    for (const { leaves, ...who } of all) {
      if (leaves !== undefined && open.length > 0) open.splice(leaves % open.length, 1)[0].place.leave();
      const place = streams.enter(who);
      const full = count("user", who.user) >= 2 || count("app", who.app) >= 3 ||
        count("address", who.address) >= 4;
      assertEquals(place.ok, !full);
      if (place.ok) open.push({ who, place });
      assertEquals(streams.size, open.length);
    }
    for (const { place } of open) place.leave();
    assertEquals(streams.size, 0);
    for (let n = 0; n < 2; n++) assert(streams.enter({ user: "ada", app: "a", address: "1" }).ok);
  }));
});
