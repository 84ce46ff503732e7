import { assertEquals, assertMatch } from "@std/assert";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { openHouse } from "./house.ts";

const ORIGIN = "http://elsewhere.example";
const HEADERS = [
  "content-type",
  "cache-control",
  "vary",
  "access-control-allow-origin",
  "x-content-type-options",
  "referrer-policy",
  "retry-after",
];

Deno.test("A1 A5 B8 the fast path to events says what the long way says, to the same people", async () => {
  await using house = await openHouse({ ALLOWED_ORIGINS: ORIGIN });
  const id = await house.makeApp();
  // An id that has to be decoded is left to the router.
  const ways = [id, `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`];

  /** What each way answers, which must be the same. */
  const both = async (headers: Record<string, string>, query = "", of = ways) => {
    const answers = await Promise.all(of.map(async (name) => {
      const path = `/api/apps/${name}/events${query}`;
      const res = await house.anonymous("GET", path, headers);
      const streams = res.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
      const reader = streams ? res.body!.getReader() : null;
      let text = reader ? new TextDecoder().decode((await reader.read()).value) : await res.text();
      await reader?.cancel();
      // Whoever looks has the app built: what there is to tell changes from one answer to the next.
      if (res.status === 200 && !streams) text = JSON.parse(text).events[0].type;
      return { status: res.status, headers: HEADERS.map((name) => res.headers.get(name)), text };
    }));
    assertEquals(answers[0], answers[1]);
    return answers[0];
  };

  const { token } = await house.services.tokens.create(FIRST_USER, "another");
  const authorization = `Bearer ${token}`;
  const json = { authorization, accept: "application/json" };
  assertEquals((await both(json)).text, "status");
  assertEquals((await both({ ...json, origin: ORIGIN })).headers[3], ORIGIN);
  assertEquals((await both({ ...json, origin: "http://another.example" })).headers[3], null);
  assertMatch((await both({ ...json, accept: "text/event-stream" })).text, /^retry: \d+\n\n$/);

  assertEquals((await both({})).status, 401);
  assertEquals((await both({ authorization: "Bearer nonsense", origin: ORIGIN })).headers[3], ORIGIN);
  assertEquals((await both({ authorization: "Bearer wl_nobody" })).status, 401);
  assertEquals((await both({}, "?ticket=nonsense")).status, 401);
  assertEquals((await both(json, "?after=nonsense")).status, 400);
  assertEquals((await both(json, "", ["nobody", "%6eobody"])).status, 404);
  // Also where the store is away.
  const { getMany } = house.kv;
  house.kv.getMany = () => Promise.reject(new Error("database is locked"));
  const { error } = console;
  console.error = () => {};
  const failed = await both(json);
  house.kv.getMany = getMany;
  console.error = error;
  assertEquals([failed.status >= 500, failed.headers[4]], [true, "nosniff"]);
});
