import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parsePreviewHost } from "../../lib/proxy/host.ts";
import { createPreviewProxy } from "../../lib/proxy/proxy.ts";
import type { PreviewState } from "../../lib/protocol/states.ts";
import { unknownHost } from "../../lib/proxy/problem_page.ts";
import { ASLEEP, closedPort, DASHBOARD, LISTED, PREVIEW, SHOP, startProxy, VISIT } from "./support.ts";

const CRAWLER = { ...VISIT, "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" };
const vary = (answer: Response) => answer.headers.get("vary");
const allowOrigin = (answer: Response) => answer.headers.get("access-control-allow-origin");

Deno.test("X6 a page visit wakes a sleeping app and shows that it wakes", async () => {
  await using proxy = startProxy(() => new Response("never"));
  for (const state of ["sleeping", "idle", "error", "building", "uninitialized"] satisfies PreviewState[]) {
    proxy.view = { ...ASLEEP, state };
    proxy.acts.length = 0;
    const answer = await proxy.fetch("/deep/page?x=1", { headers: VISIT });
    assertEquals(answer.status, 503);
    assertEquals(answer.headers.get("retry-after"), "1");
    assertEquals(answer.headers.get("cache-control"), "no-store");
    assertMatch(answer.headers.get("content-type")!, /^text\/html/);
    assertStringIncludes(await answer.text(), "/_wakelight/status");
    assertEquals(proxy.acts, ["wake shop"], state);
  }
});

Deno.test("S11 X6 nothing but a page visit wakes a sleeping app", async () => {
  await using proxy = startProxy(() => new Response("never"));
  proxy.view = ASLEEP;
  const others: [what: string, path: string, init: RequestInit][] = [
    ["favicon", "/favicon.ico", {
      headers: { ...VISIT, "sec-fetch-dest": "image", "sec-fetch-mode": "no-cors" },
    }],
    ["crawler", "/", { headers: CRAWLER }],
    ["API call", "/api", { headers: { ...VISIT, "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" } }],
    ["post", "/", { method: "POST", body: "a=1", headers: VISIT }],
    ["head", "/", { method: "HEAD", headers: VISIT }],
    ["prefetch", "/", { headers: { ...VISIT, "sec-purpose": "prefetch" } }],
  ];
  for (const [what, path, init] of others) {
    const answer = await proxy.fetch(path, init);
    assertEquals(answer.status, 503, what);
    assertEquals(answer.headers.get("retry-after"), "10", what);
    assertEquals(answer.headers.get("cache-control"), "no-store", what);
    const body = await answer.text();
    if (what !== "head") assertEquals(JSON.parse(body).code, "preview_asleep", what);
  }
  assertEquals(proxy.acts, []);
});

Deno.test("X6 the sockets and probes of hot reload leave a sleeping app asleep", async () => {
  await using proxy = startProxy(() => new Response("never"));
  proxy.view = ASLEEP;
  const socket = new WebSocket(proxy.url.replace("http", "ws"), "vite-hmr");
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.onclose = () => resolve();
  await promise;
  // A client that took this answer for its server would reload the page. `fetch` must fail on it.
  const probe = await proxy.fetch("/", { headers: { accept: "text/x-vite-ping" } });
  assertEquals([probe.status, probe.headers.get("location")], [307, "about:blank"]);
  await probe.body?.cancel();
  assertEquals(proxy.acts, []);
});

Deno.test("A12 a visit to a running app builds the commit that waits, and is forwarded at once", async () => {
  await using proxy = startProxy(() => new Response("the earlier version"));
  proxy.view = { ...proxy.view!, pendingBuild: true };
  assertEquals(await (await proxy.fetch("/", { headers: VISIT })).text(), "the earlier version");
  assertEquals(proxy.acts, ["touch shop", "wake shop"]);
  proxy.acts.length = 0;
  assertEquals(await (await proxy.fetch("/", { headers: CRAWLER })).text(), "the earlier version");
  assertEquals(proxy.acts, ["touch shop"]);
});

Deno.test("A18 an earlier version is served while a newer one is being built", async () => {
  await using proxy = startProxy(() => new Response("the earlier version"));
  proxy.view = { ...proxy.view!, state: "building" };
  assertEquals(await (await proxy.fetch("/", { headers: VISIT })).text(), "the earlier version");
});

Deno.test("A18 an unknown app is a 404: a page for people, problem+json for programs", async () => {
  await using proxy = startProxy(() => new Response("never"));
  proxy.view = null;
  const page = await proxy.fetch("/", { headers: VISIT });
  assertEquals(page.status, 404);
  assertStringIncludes(await page.text(), "There is no preview here");
  const json = await proxy.fetch("/", { headers: { accept: "application/json" } });
  assertEquals([json.status, (await json.json()).code], [404, "unknown_app"]);
  const refused = unknownHost(new Request("http://a.b.localhost:8000/", { headers: VISIT }), DASHBOARD);
  assertEquals(refused.status, 404);
  assertEquals(proxy.acts, []);
});

Deno.test("A19 a ping counts as activity and wakes nothing", async () => {
  await using proxy = startProxy(() => new Response("never"));
  for (const view of [proxy.view, ASLEEP]) {
    proxy.view = view;
    proxy.acts.length = 0;
    const answer = await proxy.fetch("/_wakelight/ping", { headers: { origin: DASHBOARD } });
    assertEquals([answer.status, await answer.text()], [204, ""]);
    assertEquals([allowOrigin(answer), vary(answer)], [DASHBOARD, "Origin"]);
    assertEquals(proxy.acts, ["touch shop"]);
  }
});

Deno.test("X6 asking for the status is no activity and wakes nothing", async () => {
  await using proxy = startProxy(() => new Response("never"));
  const status = async () => {
    const answer = await proxy.fetch("/_wakelight/status", { headers: VISIT });
    assertEquals(answer.headers.get("cache-control"), "no-store");
    return await answer.json();
  };
  assertEquals(await status(), { state: "running", ready: true, pendingBuild: false, error: false });
  proxy.view = { ...ASLEEP, state: "error", pendingBuild: true, error: "npm: a secret of the log" };
  assertEquals(await status(), { state: "error", ready: false, pendingBuild: true, error: true });
  assertEquals(proxy.acts, []);
});

Deno.test("A19 what is reserved never reaches the app", async () => {
  await using proxy = startProxy(() => new Response("the app"));
  const statusOf = async (path: string, method = "GET") => {
    const answer = await proxy.fetch(`/_wakelight/${path}`, { method });
    assertEquals((await answer.text()).includes("the app"), false);
    return answer.status;
  };
  assertEquals(await statusOf("ping", "POST"), 405);
  assertEquals(await statusOf("ping", "HEAD"), 204);
  assertEquals(await statusOf("elsewhere"), 404);
  assertEquals(await statusOf("bridge.js"), 200);
  proxy.view = null;
  assertEquals(await statusOf("ping"), 404);
  assertEquals(await statusOf("status"), 404);
  assertEquals(proxy.acts, []);
});

Deno.test("A5 every answer of a preview host varies by Origin and lets allowed origins read it", async () => {
  await using proxy = startProxy(() => new Response("the app"));
  const running = proxy.view!;
  const down = { ...running, upstream: `http://127.0.0.1:${closedPort()}` };
  const cases: [what: string, view: typeof proxy.view, path: string, init: RequestInit, status: number][] = [
    ["forwarded", running, "/", {}, 200],
    ["ping", running, "/_wakelight/ping", {}, 204],
    ["reserved, missing", running, "/_wakelight/x", {}, 404],
    ["reserved, wrong method", running, "/_wakelight/ping", { method: "PUT" }, 405],
    ["asleep", ASLEEP, "/", {}, 503],
    ["wake page", ASLEEP, "/", { headers: VISIT }, 503],
    ["down", down, "/", {}, 502],
    ["unknown", null, "/", {}, 404],
    ["unknown, ping", null, "/_wakelight/ping", {}, 404],
  ];
  for (const [what, view, path, init, status] of cases) {
    proxy.view = view;
    for (const origin of [DASHBOARD, LISTED, "https://evil.example", "null", null]) {
      const headers = new Headers(init.headers);
      if (origin !== null) headers.set("origin", origin);
      const answer = await proxy.fetch(path, { ...init, headers });
      await answer.body?.cancel();
      assertEquals(answer.status, status, what);
      assertMatch(vary(answer) ?? "", /\bOrigin\b/i, what);
      assertEquals(allowOrigin(answer), origin === DASHBOARD || origin === LISTED ? origin : null, what);
    }
  }
});

Deno.test("A5 preflights of allowed origins are answered 204, for the reserved paths and for apps that say nothing", async () => {
  await using proxy = startProxy(() => new Response("no CORS here", { status: 404 }));
  const running = proxy.view!;
  const ask = (path: string, origin: string) =>
    proxy.fetch(path, { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
  for (
    const [path, view] of [["/_wakelight/ping", running], ["/api", running], ["/api", ASLEEP], [
      "/",
      null,
    ]] as const
  ) {
    proxy.view = view;
    const answer = await ask(path, LISTED);
    assertEquals([answer.status, await answer.text()], [204, ""], path);
    assertEquals([allowOrigin(answer), vary(answer)], [LISTED, "Origin"]);
    assertMatch(answer.headers.get("access-control-allow-methods")!, /\bPUT\b/);
  }
  proxy.view = running;
  const stranger = await ask("/api", "https://evil.example");
  assertEquals([stranger.status, allowOrigin(stranger)], [404, null]);
  await stranger.body?.cancel();
});

Deno.test("A5 an app's own CORS headers are left as they are", async () => {
  await using proxy = startProxy(() =>
    new Response(null, { status: 204, headers: { "access-control-allow-origin": "*", "vary": "Accept" } })
  );
  for (const method of ["GET", "OPTIONS"]) {
    const answer = await proxy.fetch("/", {
      method,
      headers: { origin: DASHBOARD, "access-control-request-method": "PUT" },
    });
    assertEquals([allowOrigin(answer), vary(answer)], ["*", "Accept, Origin"]);
    assertEquals(answer.headers.has("access-control-allow-methods"), false);
  }
});

Deno.test("A18 a surprise is reported, and the visitor is told no more than that there was one", async () => {
  const reports: unknown[] = [];
  const boom = new Error("the store said something private");
  const proxy = createPreviewProxy({
    lookup: { find: () => Promise.reject(boom) },
    acts: { touch() {}, wake: () => Promise.resolve() },
    previewDomain: "localhost:8000",
    publicUrl: DASHBOARD,
    allowedOrigins: [],
    report: (error) => reports.push(error),
  });
  const info = {
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    completed: Promise.resolve(),
  };
  const req = new Request(PREVIEW, { headers: { origin: DASHBOARD } });
  const answer = await proxy(req, info as Deno.ServeHandlerInfo, SHOP);
  assertEquals([answer.status, allowOrigin(answer)], [500, DASHBOARD]);
  assertEquals((await answer.json()).code, "internal_error");
  assertEquals(reports, [boom]);
});

Deno.test("A18 the Host header chooses the app on one shared address", async () => {
  const seen: string[] = [];
  const proxy = createPreviewProxy({
    lookup: { find: (appId) => Promise.resolve((seen.push(appId), null)) },
    acts: { touch() {}, wake: () => Promise.resolve() },
    previewDomain: "localhost:8000",
    publicUrl: DASHBOARD,
    allowedOrigins: [],
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (req, info) => {
    const appId = parsePreviewHost(req.headers.get("host"), "localhost:8000", DASHBOARD);
    return appId ? proxy(req, info, appId) : new Response("the dashboard");
  });
  const client = Deno.createHttpClient({ allowHost: true });
  const ask = async (host: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.addr.port}/`, { client, headers: { host } });
    return await answer.text();
  };
  assertStringIncludes(await ask("one.localhost:8000"), "There is no preview here");
  assertStringIncludes(await ask("TWO.localhost:8000"), "There is no preview here");
  assertEquals(await ask("localhost:8000"), "the dashboard");
  assertEquals(seen, ["one", "two"]);
  client.close();
  await server.shutdown();
});
