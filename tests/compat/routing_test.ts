import { assertEquals, assertRejects } from "@std/assert";
import { App } from "fresh";
import { answer, asker, quietly } from "./support/ask.ts";

const seen = (app: App<unknown>, path: string, name: string) =>
  app.get(path, (ctx) => ctx.json({ name, route: ctx.route, params: ctx.params }));

Deno.test("static paths are looked up before patterns, whatever the order", async () => {
  const app = new App();
  seen(app, "/:any", "pattern");
  seen(app, "/about", "static");
  const ask = asker(app);
  assertEquals((await (await ask("/about")).json()).name, "static");
  assertEquals((await (await ask("/other")).json()).name, "pattern");
});

Deno.test("the first pattern that fits the URL wins, even without the method", async () => {
  const ask = asker(new App().post("/:a", (ctx) => ctx.text("post")).get("/:b", (ctx) => ctx.text("get")));
  assertEquals(await answer(await ask("/x")), [405, "Method Not Allowed"]);
  assertEquals(await answer(await ask("/x", { method: "POST" })), [200, "post"]);
});

Deno.test("the first registration of a path and method wins; methods gather", async () => {
  const app = new App().get("/a", (ctx) => ctx.text("first")).get("/a", (ctx) => ctx.text("second"))
    .put("/a", (ctx) => ctx.text("put"));
  const ask = asker(app);
  assertEquals(await (await ask("/a")).text(), "first");
  assertEquals(await (await ask("/a", { method: "PUT" })).text(), "put");
});

Deno.test("trailing slashes matter to patterns only", async (t) => {
  const app = new App();
  for (const path of ["/a", "/b/", "/x/:id", "/f/*", "/r/:rest*", "/o/:id?"]) seen(app, path, path);
  const ask = asker(app);
  const table: [url: string, route: string | null, params?: Record<string, string>][] = [
    ["/a", "/a", {}],
    ["/a/", "/a", {}],
    ["/b", "/b/", {}],
    ["/x/1", "/x/:id", { id: "1" }],
    ["/x/1/", null],
    ["/f", null],
    ["/f/", "/f/*", { 0: "" }],
    ["/f/a/b", "/f/*", { 0: "a/b" }],
    ["/r", "/r/:rest*", { rest: "" }],
    ["/r/a/b", "/r/:rest*", { rest: "a/b" }],
    ["/r/", null],
    ["/o", "/o/:id?", { id: "" }],
    ["/A", null],
    ["//x///1", "/x/:id", { id: "1" }],
    ["/x/a%20b%2Fc", "/x/:id", { id: "a b%2Fc" }],
  ];
  for (const [url, route, params] of table) {
    await t.step(`${url} → ${route ?? 404}`, async () => {
      const response = await ask(url);
      if (route === null) return assertEquals(await answer(response), [404, "Not Found"]);
      const body = await response.json();
      assertEquals({ route: body.route, params: body.params }, { route, params });
    });
  }
});

Deno.test("params have no prototype, so that no name in a URL reaches one", async () => {
  const ask = asker(new App().get("/:id", (ctx) => ctx.json(Object.getPrototypeOf(ctx.params) === null)));
  assertEquals(await (await ask("/x")).json(), true);
});

Deno.test("a malformed escape in a pattern's group rejects out of the handler", async () => {
  const ask = asker(new App().get("/x/:id", (ctx) => ctx.text("")));
  await assertRejects(() => ask("/x/%zz"), URIError);
});

Deno.test("ctx.url is normalised, ctx.req.url is not", async () => {
  const ask = asker(
    new App().get("/a/b", (ctx) => ctx.json([ctx.url.pathname, new URL(ctx.req.url).pathname])),
  );
  assertEquals(await (await ask("/a//b")).json(), ["/a/b", "/a//b"]);
});

Deno.test("a trusted proxy tells scheme and host, any other does not", async (t) => {
  const headers = { "x-forwarded-proto": "https, http", "x-forwarded-host": "example.com" };
  for (
    const [trustProxy, href] of [[true, "https://example.com/a"], [false, "http://localhost:8000/a"]] as const
  ) {
    await t.step(String(trustProxy), async () => {
      const handler = new App({ trustProxy }).get("/a", (ctx) => ctx.text(ctx.url.href)).handler();
      const response = await handler(new Request("http://localhost:8000/a", { headers }));
      assertEquals(await response.text(), href);
    });
  }
});

Deno.test("the base path is a prefix of all routes and shows in ctx.route", async () => {
  const app = new App({ basePath: "/base" });
  seen(app, "/", "home");
  seen(app, "/x/:id", "x");
  app.get("/go", (ctx) => ctx.redirect("/x"));
  const ask = asker(app);
  assertEquals((await (await ask("/base")).json()).route, "/base");
  assertEquals((await (await ask("/base/x/1")).json()).route, "/base/x/:id");
  assertEquals((await ask("/x/1")).status, 404);
  assertEquals((await ask("/base/go")).headers.get("location"), "/x");
});

Deno.test("a mounted app keeps its routes below the path; its notFound holds for the whole", async () => {
  const inner = new App().use((ctx) => (ctx.req, ctx.next())).get("/deep", (ctx) => ctx.text("deep"))
    .notFound((ctx) => ctx.text("lost", { status: 404 }));
  const ask = asker(new App().mountApp("/inner", inner).get("/", (ctx) => ctx.text("outer")));
  assertEquals(await answer(await ask("/inner/deep")), [200, "deep"]);
  assertEquals(await answer(await ask("/deep")), [404, "lost"]);
});

Deno.test("a lazy handler is replaced by what it resolves to", async () => {
  let loads = 0;
  const lazy = () => (loads++, Promise.resolve(() => new Response("real")));
  const ask = asker(new App().get("/", lazy));
  assertEquals(await (await ask("/")).text(), "real");
  assertEquals(await (await ask("/")).text(), "real");
  assertEquals(loads, 1);
});

Deno.test("a handler without a Response is a 500", async () => {
  const app = new App().get("/", (() => undefined) as never);
  const { result, logged } = await quietly(() => asker(app)("/"));
  assertEquals(await answer(result), [500, "Internal server error"]);
  assertEquals(logged.length, 1);
});
