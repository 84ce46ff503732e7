import { assertEquals } from "@std/assert";
import { App, HttpError, page } from "fresh";
import { h } from "preact";
import { answer, asker, quietly } from "./support/ask.ts";

const ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

Deno.test("a known path with another method", async (t) => {
  const app = new App().get("/get", (ctx) => ctx.text("x")).post("/get", (ctx) => ctx.text("x"))
    .route("/eager", { handler: { PUT: (ctx) => ctx.text("put") } })
    .route("/lazy", () => Promise.resolve({ handler: { PUT: (ctx) => ctx.text("put") } }));
  const ask = asker(app);
  const table: [method: string, path: string, status: number, allow: string | null][] = [
    ["DELETE", "/get", 405, null],
    ["OPTIONS", "/get", 204, "GET, POST"],
    ["GET", "/eager", 405, null],
    ["OPTIONS", "/eager", 204, "PUT"],
    ["PUT", "/lazy", 200, null],
    ["GET", "/lazy", 404, null],
    ["OPTIONS", "/lazy", 404, null],
    ["GET", "/nowhere", 404, null],
  ];
  for (const [method, path, status, allow] of table) {
    await t.step(`${method} ${path} → ${status}`, async () => {
      const response = await ask(path, { method });
      assertEquals([response.status, response.headers.get("allow")], [status, allow]);
    });
  }
});

Deno.test("a handler function and a component alone answer all methods", async (t) => {
  const app = new App().route("/fn", { handler: () => new Response("fn") })
    .route("/component", { component: () => h("p", null, "drawn") })
    .route("/lazy", () => Promise.resolve({ handler: () => new Response("lazy") }));
  const ask = asker(app);
  for (const path of ["/fn", "/component", "/lazy"]) {
    await t.step(path, async () => {
      for (const method of ALL) assertEquals((await ask(path, { method })).status, 200, method);
    });
  }
});

Deno.test("a component without a GET handler of its own is drawn on GET", async () => {
  const app = new App().route("/", {
    component: () => h("p", null, "drawn"),
    handler: { POST: () => page() },
  });
  const ask = asker(app);
  assertEquals((await (await ask("/")).text()).includes("<p>drawn</p>"), true);
  assertEquals((await ask("/", { method: "PUT" })).status, 405);
});

Deno.test("an empty route is a 404", async () => {
  assertEquals(await answer(await asker(new App().route("/", {}))("/")), [404, "Not Found"]);
});

Deno.test("HEAD runs its own handler, else GET's, and keeps the headers without the body", async () => {
  const app = new App()
    .get("/a", () => new Response("body", { status: 201, headers: { "x-from": "get" } }))
    .get("/b", () => new Response("body", { headers: { "x-from": "get" } }))
    .head("/b", () => new Response("body", { headers: { "x-from": "head" } }))
    .route(
      "/c",
      () => Promise.resolve({ handler: { GET: () => new Response("c", { headers: { "x-from": "c" } }) } }),
    );
  const ask = asker(app);
  for (const [path, status, from] of [["/a", 201, "get"], ["/b", 200, "head"], ["/c", 200, "c"]] as const) {
    const response = await ask(path, { method: "HEAD" });
    assertEquals([response.status, response.headers.get("x-from"), response.body], [status, from, null]);
  }
});

Deno.test("HEAD does not cancel the body of GET: a stream goes on without a reader", async () => {
  let cancelled = false;
  const body = () => new ReadableStream({ cancel: () => void (cancelled = true) });
  await asker(new App().get("/", () => new Response(body())))("/", { method: "HEAD" });
  assertEquals(cancelled, false);
});

Deno.test("errors", async (t) => {
  const app = new App()
    .get("/teapot", () => Promise.reject(new HttpError(418)))
    .get("/words", () => Promise.reject(new HttpError(409, "Taken")))
    .get("/down", () => Promise.reject(new HttpError(503)))
    .get("/oops", () => Promise.reject(new Error("secret")))
    .get("/page", (() => page()) as never);
  const ask = asker(app);
  const table: [path: string, status: number, body: string, logged: number][] = [
    ["/teapot", 418, "I'm a Teapot", 0],
    ["/words", 409, "Taken", 0],
    ["/down", 503, "Service Unavailable", 1],
    ["/oops", 500, "Internal server error", 1],
    ["/page", 500, "Internal server error", 1],
    ["/missing", 404, "Not Found", 0],
  ];
  for (const [path, status, body, count] of table) {
    await t.step(`${path} → ${status}, logged ${count} times`, async () => {
      const { result, logged } = await quietly(() => ask(path));
      assertEquals(await answer(result), [status, body]);
      assertEquals(result.headers.get("content-type"), "text/plain;charset=UTF-8");
      assertEquals(logged.length, count);
    });
  }
});

Deno.test("an HttpError keeps its status, cause and empty message", () => {
  const cause = new Error("inner");
  const error = new HttpError(404, undefined, { cause });
  assertEquals([error.name, error.status, error.message, error.cause], ["HttpError", 404, "", cause]);
});
