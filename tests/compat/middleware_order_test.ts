import { assertEquals } from "@std/assert";
import { App, type Context, HttpError, type Middleware, page } from "fresh";
import { h } from "preact";
import { answer, asker } from "./support/ask.ts";

interface State {
  trace?: string[];
}

/** Notes its name on the way in and, in a header, on the way out. */
function mark(name: string): Middleware<State> {
  return async (ctx) => {
    (ctx.state.trace ??= []).push(name);
    const response = await ctx.next();
    response.headers.append("x-out", name);
    return response;
  };
}

const show = (ctx: Context<State>) => ctx.json(ctx.state.trace ?? []);
const trace = async (response: Response) => [await response.json(), response.headers.get("x-out")];

Deno.test("from the root to the leaf, within a segment in the order of registration", async () => {
  const app = new App<State>().use("/a/b", mark("leaf")).use("/a", mark("folder")).use(mark("root"))
    .use("/a", mark("folder2")).get("/a/b", mark("own"), show);
  assertEquals(await trace(await asker(app)("/a/b")), [
    ["root", "folder", "folder2", "leaf", "own"],
    "own, leaf, folder2, folder, root",
  ]);
});

Deno.test("what is registered after a route does not run for it", async () => {
  const app = new App<State>().use(mark("before")).get("/", show).use(mark("after"));
  assertEquals((await trace(await asker(app)("/")))[0], ["before"]);
});

Deno.test("a path covers itself and what lies below, by segments", async (t) => {
  const app = new App<State>().use("/admin", mark("admin")).use("/star/*", mark("star"));
  for (const path of ["/admin", "/admin/x", "/administrator", "/star/x", "/star/*"]) app.get(path, show);
  const ask = asker(app);
  const table: [string, string[]][] = [
    ["/admin", ["admin"]],
    ["/admin/x", ["admin"]],
    ["/administrator", []],
  ];
  for (const [path, expected] of table) {
    await t.step(path, async () => assertEquals((await trace(await ask(path)))[0], expected));
  }
  await t.step("a literal star covers only routes with that star", async () => {
    assertEquals(await (await ask("/star/x")).json(), []);
    assertEquals(await (await ask("/star/y")).json(), ["star"]);
  });
});

Deno.test("*, / and /* are the root", async () => {
  const app = new App<State>().use("*", mark("a")).use("/", mark("b")).use("/*", mark("c")).get("/x/y", show);
  assertEquals((await trace(await asker(app)("/x/y")))[0], ["a", "b", "c"]);
});

Deno.test("405 and 404 run through the root chain only, and that one sees all of it", async () => {
  const names: string[] = [];
  const note = (name: string): Middleware<State> => (ctx) => (names.push(name), ctx.next());
  const app = new App<State>().use("/a", note("scoped")).get("/a", show).use(note("late"));
  const ask = asker(app);
  assertEquals((await ask("/a", { method: "POST" })).status, 405);
  assertEquals((await ask("/a/unknown")).status, 404);
  assertEquals(names, ["late", "late"]);
});

Deno.test("next may be called again by whoever caught", async () => {
  let tries = 0;
  const retry: Middleware<State> = async (ctx) => {
    try {
      return await ctx.next();
    } catch {
      return await ctx.next();
    }
  };
  const app = new App<State>().use(retry).get("/", (ctx) => {
    if (tries++ === 0) throw new Error("once");
    return ctx.text("second");
  });
  assertEquals(await answer(await asker(app)("/")), [200, "second"]);
});

Deno.test("onError: the nearest segment, outside of its own middlewares", async () => {
  const app = new App<State>()
    .onError("/", (ctx) => ctx.text(`root ${(ctx.error as Error).message}`, { status: 500 }))
    .onError("/a", (ctx) => ctx.text(`a ${(ctx.error as Error).message}`, { status: 500 }))
    .use(mark("root")).use("/a", mark("a"))
    .get("/a/b", () => Promise.reject(new Error("x")))
    .get("/c", () => Promise.reject(new Error("y")));
  const ask = asker(app);
  const inA = await ask("/a/b");
  assertEquals([await inA.text(), inA.headers.get("x-out")], ["a x", "root"]);
  const inRoot = await ask("/c");
  assertEquals([await inRoot.text(), inRoot.headers.get("x-out")], ["root y", null]);
});

Deno.test("onError in route form takes the status of the error, and its component the error", async (t) => {
  const component = ({ error }: { error: unknown }) => h("p", null, (error as Error).message);
  const app = new App().onError("/", { component })
    .get("/teapot", () => Promise.reject(new HttpError(418, "short")))
    .get("/oops", () => Promise.reject(new Error("stout")));
  const ask = asker(app);
  for (const [path, status, text] of [["/teapot", 418, "short"], ["/oops", 500, "stout"]] as const) {
    await t.step(path, async () => {
      const [got, body] = await answer(await ask(path));
      assertEquals([got, body.includes(`<p>${text}</p>`)], [status, true]);
    });
  }
});

Deno.test("onError after a route does not serve that route", async () => {
  const app = new App().get("/", () => Promise.reject(new HttpError(418, "plain")))
    .onError("/", (ctx) => ctx.text("page", { status: 500 }));
  assertEquals(await answer(await asker(app)("/")), [418, "plain"]);
});

Deno.test("notFound: any 404, before onError, innermost first; its order does not matter", async () => {
  const app = new App<State>().onError("/", (ctx) => ctx.text("error page", { status: 500 }))
    .use(mark("root")).get("/a", () => Promise.reject(new HttpError(404)))
    .notFound((ctx) => ctx.text("lost", { status: 404 }));
  const ask = asker(app);
  const thrown = await ask("/a");
  assertEquals([thrown.status, await thrown.text(), thrown.headers.get("x-out")], [404, "lost", "root"]);
  assertEquals(await answer(await ask("/unknown")), [404, "lost"]);
});

Deno.test("a component-only notFound answers with 200; a handler gives the status", async () => {
  const component = () => h("p", null, "lost");
  const status = async (app: App<unknown>) => (await asker(app)("/unknown")).status;
  assertEquals(await status(new App().notFound({ component })), 200);
  assertEquals(
    await status(new App().notFound({ component, handler: () => page(undefined, { status: 404 }) })),
    404,
  );
});

Deno.test("ctx.error is null for a bare 404, set once a middleware has seen it pass", async () => {
  const told = (app: App<unknown>) => asker(app.notFound((ctx) => ctx.json(ctx.error === null)))("/unknown");
  assertEquals(await (await told(new App())).json(), true);
  assertEquals(await (await told(new App().use((ctx) => ctx.next()))).json(), false);
});

Deno.test("a middleware may catch what comes out of next", async () => {
  const app = new App().use(async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      return ctx.text(`caught ${(error as HttpError).status}`);
    }
  });
  assertEquals(await answer(await asker(app)("/unknown")), [200, "caught 404"]);
});
