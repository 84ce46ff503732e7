import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App, cors, csp, csrf, trailingSlashes } from "fresh";
import { h } from "preact";
import { asker } from "./support/ask.ts";

const headersOf = (response: Response, ...names: string[]) => names.map((name) => response.headers.get(name));

Deno.test("cors: origins", async (t) => {
  const table: [
    origin: Parameters<typeof cors>[0],
    asked: string,
    allowed: string | null,
    vary: string | null,
  ][] = [
    [undefined, "https://a.example", "*", null],
    [{ origin: "https://a.example" }, "https://b.example", "https://a.example", "Origin"],
    [
      { origin: ["https://a.example", "https://b.example"] },
      "https://b.example",
      "https://b.example",
      "Origin",
    ],
    [{ origin: ["https://a.example"] }, "https://b.example", null, "Origin"],
    [
      { origin: (own) => own.endsWith(".example") ? own : null },
      "https://b.example",
      "https://b.example",
      "Origin",
    ],
  ];
  for (const [options, origin, allowed, vary] of table) {
    await t.step(`${JSON.stringify(options)} asked by ${origin}`, async () => {
      const ask = asker(new App().use(cors(options)).get("/", (ctx) => ctx.text("x")));
      const response = await ask("/", { headers: { origin } });
      assertEquals(headersOf(response, "access-control-allow-origin", "vary"), [allowed, vary]);
    });
  }
});

Deno.test("cors: a preflight is answered at once, also for a route without OPTIONS", async () => {
  const app = new App().use(cors({ maxAge: 60, credentials: true, exposeHeaders: ["x-a"] }))
    .get("/", (ctx) => ctx.text("x"));
  const response = await asker(app)("/", {
    method: "OPTIONS",
    headers: { "access-control-request-headers": "x-b, x-c" },
  });
  assertEquals(response.status, 204);
  assertEquals(
    headersOf(
      response,
      "access-control-allow-methods",
      "access-control-allow-headers",
      "access-control-max-age",
      "access-control-allow-credentials",
      "access-control-expose-headers",
      "vary",
    ),
    ["GET,HEAD,PUT,POST,DELETE,PATCH", "x-b,x-c", "60", "true", "x-a", "Access-Control-Request-Headers"],
  );
});

Deno.test("cors: errors that are thrown past it have no such headers", async () => {
  const response = await asker(new App().use(cors()))("/unknown");
  assertEquals([response.status, ...headersOf(response, "access-control-allow-origin")], [404, null]);
});

Deno.test("csrf", async (t) => {
  const own = { origin: "http://localhost" };
  const foreign = { origin: "https://evil.example" };
  const table: [
    method: string,
    headers: Record<string, string>,
    origin: string | undefined,
    status: number,
  ][] = [
    ["GET", { ...foreign, "sec-fetch-site": "cross-site" }, undefined, 200],
    ["POST", {}, undefined, 200],
    ["POST", { "sec-fetch-site": "same-origin" }, undefined, 200],
    ["POST", { "sec-fetch-site": "none" }, undefined, 200],
    ["POST", { "sec-fetch-site": "cross-site" }, undefined, 403],
    ["POST", { "sec-fetch-site": "same-site", ...foreign }, undefined, 403],
    ["POST", own, undefined, 200],
    ["POST", foreign, undefined, 403],
    ["DELETE", foreign, undefined, 403],
    ["POST", foreign, "https://evil.example", 200],
    ["POST", { ...foreign, "sec-fetch-site": "cross-site" }, "https://evil.example", 200],
  ];
  for (const [method, headers, origin, status] of table) {
    await t.step(`${method} ${JSON.stringify(headers)} allowing ${origin} → ${status}`, async () => {
      const app = new App().use(csrf({ origin })).all("/", (ctx) => ctx.text("x"));
      assertEquals((await asker(app)("/", { method, headers })).status, status);
    });
  }
});

Deno.test("csp: 13 directives, and own ones in place of those of the same name", async () => {
  const policy = async (options?: Parameters<typeof csp>[0]) => {
    const response = await asker(new App().use(csp(options)).get("/", (ctx) => ctx.text("x")))("/");
    return response.headers.get("content-security-policy")!.split("; ");
  };
  const defaults = await policy();
  assertEquals(defaults.length, 13);
  assertEquals(defaults.slice(0, 3), [
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
  ]);
  const own = await policy({ csp: ["img-src *", "frame-src https://preview.example"] });
  assertEquals([own.length, own.includes("img-src *"), own.includes("img-src 'self' data:")], [
    14,
    true,
    false,
  ]);
});

Deno.test("csp: report only, and where to", async () => {
  const app = new App().use(csp({ reportOnly: true, reportTo: "/reports" })).get("/", (ctx) => ctx.text("x"));
  const response = await asker(app)("/");
  assertEquals(headersOf(response, "content-security-policy", "reporting-endpoints"), [
    null,
    'csp-endpoint="/reports"',
  ]);
  assertStringIncludes(response.headers.get("content-security-policy-report-only")!, "report-uri /reports");
});

Deno.test("csp: the nonce is the page's, and another one for each request", async () => {
  const app = new App().use(csp({ useNonce: true })).get("/", (ctx) => ctx.render(h("script", null, "1")));
  const ask = asker(app);
  const nonces = await Promise.all([ask("/"), ask("/")].map(async (asked) => {
    const response = await asked;
    const header = response.headers.get("content-security-policy")!;
    assertMatch(header, /script-src 'self' 'nonce-(\w+)'; style-src 'self' 'nonce-\1'/);
    const nonce = /nonce-(\w+)/.exec(header)![1];
    assertStringIncludes(await response.text(), `<script nonce="${nonce}">`);
    return nonce;
  }));
  assertEquals(new Set(nonces).size, 2);
});

Deno.test("trailingSlashes", async (t) => {
  const table: [mode: "always" | "never", path: string, location: string | null][] = [
    ["never", "/a/?b", "/a?b"],
    ["never", "/a", null],
    ["never", "/", null],
    ["always", "/a?b", "/a/?b"],
    ["always", "/a/", null],
  ];
  for (const [mode, path, location] of table) {
    await t.step(`${mode} ${path}`, async () => {
      const app = new App().use(trailingSlashes(mode)).get("/a", (ctx) => ctx.text("")).get(
        "/",
        (ctx) => ctx.text(""),
      );
      const response = await asker(app)(path);
      assertEquals(
        [response.status, ...headersOf(response, "location")],
        location ? [302, location] : [200, null],
      );
    });
  }
});
