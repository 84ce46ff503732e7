import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { corsHeaders, mayConnect, originsAllowed, preflight, withCors } from "../../lib/http/cors.ts";
import { problemResponse } from "../../lib/http/problem.ts";

const ALLOWED = originsAllowed("http://localhost:8000", [
  "https://editor.example",
  "https://other.example:8443",
]);

Deno.test("A5 the dashboard's own origin is allowed without being listed", () => {
  assertEquals(
    corsHeaders("http://localhost:8000", originsAllowed("http://localhost:8000/", []))[
      "access-control-allow-origin"
    ],
    "http://localhost:8000",
  );
});

Deno.test("A5 origins are compared exactly", () => {
  const near = [
    "https://editor.example.evil.example",
    "https://editor.example:443",
    "http://editor.example",
    "https://sub.editor.example",
    "https://EDITOR.example",
    "https://editor.example/",
    "https://other.example",
    "http://app.localhost:8000",
    "",
    "null",
    "*",
  ];
  for (const origin of near) assertEquals(corsHeaders(origin, ALLOWED), { vary: "Origin" }, origin);
  assertEquals(corsHeaders(null, ALLOWED), { vary: "Origin" });
});

Deno.test("A5 `null` is never allowed: it is what a sandboxed frame calls itself", () => {
  assertEquals(corsHeaders("null", originsAllowed("http://localhost:8000", ["null"])), { vary: "Origin" });
});

Deno.test("A5 an answer is readable exactly by listed origins, and always varies", () => {
  const origin = fc.oneof(
    fc.constantFrom(...ALLOWED),
    fc.domain().map((domain) => `https://${domain}`),
    fc.string(),
  );
  fc.assert(fc.property(origin, fc.subarray([...ALLOWED]), (asked, allowed) => {
    const headers = corsHeaders(asked, allowed);
    assertEquals(headers["vary"], "Origin");
    assertEquals(headers["access-control-allow-origin"], allowed.includes(asked) ? asked : undefined);
    assertEquals(mayConnect(asked, allowed), allowed.includes(asked));
  }));
});

Deno.test("A5 a preflight is answered with 204, with permission for an allowed origin only", () => {
  const ask = (origin: string) =>
    preflight(
      new Request("http://localhost:8000/api/apps/x/ticket", { method: "OPTIONS", headers: { origin } }),
      ALLOWED,
      ["POST"],
    );
  const allowed = ask("https://editor.example");
  assertEquals(allowed.status, 204);
  assertEquals(allowed.headers.get("access-control-allow-origin"), "https://editor.example");
  assertEquals(allowed.headers.get("access-control-allow-methods"), "POST");
  assert(allowed.headers.get("access-control-allow-headers")?.includes("Authorization"));
  assertEquals(allowed.headers.get("vary"), "Origin");
  const other = ask("https://evil.example");
  assertEquals(other.status, 204);
  assertEquals(other.headers.get("access-control-allow-origin"), null);
  assertEquals(other.headers.get("access-control-allow-methods"), null);
  assertEquals(other.headers.get("vary"), "Origin");
});

Deno.test("A5 errors are readable by an allowed origin too", async () => {
  const answer = withCors(problemResponse("invalid_ticket", "expired"), "https://editor.example", ALLOWED);
  assertEquals(answer.status, 401);
  assertEquals(answer.headers.get("access-control-allow-origin"), "https://editor.example");
  assertEquals(answer.headers.get("vary"), "Origin");
  assertEquals((await answer.json()).code, "invalid_ticket");
});

Deno.test("A5 what an answer varies by already is kept, and Origin is not named twice", () => {
  const vary = (value: string) =>
    withCors(new Response("", { headers: { vary: value } }), null, ALLOWED).headers.get("vary");
  assertEquals(vary("Accept"), "Accept, Origin");
  assertEquals(vary("accept, origin"), "accept, origin");
});

Deno.test("A5 headers of a fetched answer, which cannot be changed in place, are copied", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("upstream", { status: 502, headers: { "x-kept": "yes" } }),
  );
  const fetched = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  const answer = withCors(fetched, "https://editor.example", ALLOWED);
  assertEquals(answer.headers.get("access-control-allow-origin"), "https://editor.example");
  assertEquals(answer.headers.get("x-kept"), "yes");
  assertEquals([answer.status, await answer.text()], [502, "upstream"]);
});

Deno.test("A5 a WebSocket handshake is let in from allowed origins and from programs", async () => {
  assertEquals(mayConnect(null, ALLOWED), true);
  assertEquals(mayConnect("http://localhost:8000", ALLOWED), true);
  assertEquals(mayConnect("http://app.localhost:8000", ALLOWED), false);
  assertEquals(mayConnect("null", ALLOWED), false);
  const closed = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => {
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onclose = () => closed.resolve();
    const same = withCors(response, "http://localhost:8000", ALLOWED);
    assert(same === response);
    return same;
  });
  const client = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  await new Promise((opened, failed) => {
    client.onopen = opened;
    client.onerror = failed;
  });
  const gone = new Promise((resolve) => client.onclose = resolve);
  client.close();
  await Promise.all([gone, closed.promise]);
});

Deno.test("A5 an answer that has said all of it is passed on as it is, and one that said less is not", () => {
  const origin = "https://editor.example";
  const answer = (headers: Record<string, string>) => new Response("x", { headers });
  const complete = answer(corsHeaders(origin, ALLOWED));
  assert(withCors(complete, origin, ALLOWED) === complete);
  const foreign = answer({ vary: "Accept, origin" });
  assert(withCors(foreign, "https://evil.example", ALLOWED) === foreign);
  const partly: Record<string, string>[] = [
    { vary: "Origin" },
    { "access-control-allow-origin": origin },
    { ...corsHeaders(origin, ALLOWED), vary: "Accept" },
    { ...corsHeaders(origin, ALLOWED), "access-control-allow-origin": "https://other.example:8443" },
  ];
  for (const headers of partly) {
    const { headers: made } = withCors(answer(headers), origin, ALLOWED);
    assertEquals(made.get("access-control-allow-origin"), origin);
    assertEquals(made.get("access-control-expose-headers"), "Retry-After");
    assert(/\borigin\b/i.test(made.get("vary")!));
  }
});
