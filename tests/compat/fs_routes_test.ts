import { assertEquals, assertStringIncludes } from "@std/assert";
import { App } from "fresh";
import { answer, asker, quietly } from "./support/ask.ts";
import { applyBuild, project } from "./support/project.ts";

/** A middleware file that notes `name` in a header on the way out. */
const marking = (name: string) =>
  `export default async (ctx) => { const r = await ctx.next(); r.headers.append("x-out", "${name}"); return r; }`;
/** A page file without JSX. */
const drawing = (text: string) => `import { h } from "preact"; export default () => h("p", null, "${text}");`;
const wrapping = (tag: string) =>
  `import { h } from "preact"; export default ({ Component }) => h("${tag}", null, h(Component, null));`;

const FILES = {
  "routes/_app.js":
    `import { h } from "preact"; export default ({ Component }) => h("html", null, h("head", null), h("body", null, h(Component, null)));`,
  "routes/_layout.js": wrapping("l-root"),
  "routes/_middleware.js": marking("root"),
  "routes/_404.js": `export const handler = () => new Response("lost", { status: 404 });`,
  "routes/_error.js":
    `export const handler = (ctx) => new Response("error " + ctx.error.message, { status: 500 });`,
  "routes/index.js": drawing("home"),
  "routes/api.js":
    `export const handler = { GET: () => new Response("got"), POST: () => new Response("posted") };`,
  "routes/blog/_layout.js": wrapping("l-blog"),
  "routes/blog/_middleware.js": `export const handler = [${marking("blog1").slice(15)}, ${
    marking("blog2").slice(15)
  }];`,
  "routes/blog/index.js": drawing("blog"),
  "routes/blog/[slug].js":
    `import { h } from "preact"; export const handlers = { GET: (ctx) => ({ data: ctx.params.slug }) }; export default ({ data, route }) => h("p", null, data, " ", route);`,
  "routes/blog/new.js": drawing("new"),
  "routes/boom.js": `export const handler = () => { throw new Error("boom"); };`,
  "routes/(area)/_layout.js": wrapping("l-area"),
  "routes/(area)/inside.js": drawing("inside"),
  "routes/(_lib)/helper.js": "export const nothing = 1;",
  "routes/page_test.js": "throw new Error('a test is not a route');",
  "routes/moved.js":
    `export const config = { routeOverride: "/else/:where" }; export const handler = { GET: (ctx) => new Response(ctx.params.where) };`,
  "routes/bare.js": `${
    drawing("bare")
  } export const config = { skipInheritedLayouts: true, skipAppWrapper: true };`,
  "routes/empty.js": "export const nothing = 1;",
  "routes/old.js": "export const handler = (req, ctx) => new Response('old');",
  "routes/docs/[...path].js": "export const handler = (ctx) => ctx.json(ctx.params);",
};

Deno.test("routes of a folder", async (t) => {
  await using dir = await project(FILES);
  const app = await applyBuild(dir.root, new App().get("/before", (ctx) => ctx.text("plain")).fsRoutes());
  const ask = asker(app);
  const inBody = (html: string) => `<body>${html}</body>`;

  const pages: [path: string, html: string, out: string][] = [
    ["/", inBody("<l-root><p>home</p></l-root>"), "root"],
    ["/blog", inBody("<l-root><l-blog><p>blog</p></l-blog></l-root>"), "blog2, blog1, root"],
    ["/blog/", inBody("<l-root><l-blog><p>blog</p></l-blog></l-root>"), "blog2, blog1, root"],
    ["/blog/new", inBody("<l-root><l-blog><p>new</p></l-blog></l-root>"), "blog2, blog1, root"],
    ["/blog/x", inBody("<l-root><l-blog><p>x /blog/:slug</p></l-blog></l-root>"), "blog2, blog1, root"],
    ["/inside", inBody("<l-root><l-area><p>inside</p></l-area></l-root>"), "root"],
    ["/bare", inBody("<p>bare</p>"), "root"],
  ];
  for (const [path, html, out] of pages) {
    await t.step(path, async () => {
      const response = await ask(path);
      assertStringIncludes(await response.text(), html);
      assertEquals([response.status, response.headers.get("x-out")], [200, out]);
    });
  }

  const answers: [method: string, path: string, status: number, body: string][] = [
    ["GET", "/before", 200, "plain"],
    ["GET", "/api", 200, "got"],
    ["POST", "/api", 200, "posted"],
    // Routes of files are lazy: a method that they lack is a 404.
    ["PUT", "/api", 404, "lost"],
    ["OPTIONS", "/api", 404, "lost"],
    ["GET", "/unknown", 404, "lost"],
    ["GET", "/page_test", 404, "lost"],
    ["GET", "/helper", 404, "lost"],
    ["GET", "/boom", 500, "error boom"],
    // The override makes it eager, hence a 405, which the error page of the root takes.
    ["GET", "/else/there", 200, "there"],
    ["POST", "/else/there", 500, "error "],
    ["GET", "/moved", 404, "lost"],
    ["GET", "/empty", 500, "error Could not find relevant exports in: empty"],
    ["GET", "/docs", 200, '{"path":""}'],
    ["GET", "/docs/a/b", 200, '{"path":"a/b"}'],
  ];
  for (const [method, path, status, body] of answers) {
    await t.step(`${method} ${path} → ${status}`, async () => {
      assertEquals(await answer(await ask(path, { method })), [status, body]);
    });
  }
  await t.step("a handler of the Fresh 1 kind is refused", async () => {
    assertStringIncludes(await (await ask("/old")).text(), "more than one parameter");
  });
});

Deno.test("fsRoutes adds nothing without a build, and lies below its pattern with one", async () => {
  assertEquals((await asker(new App().fsRoutes())("/")).status, 404);
  await using dir = await project({ "routes/a.js": "export const handler = (ctx) => ctx.text(ctx.route);" });
  const ask = asker(await applyBuild(dir.root, new App().fsRoutes("/below")));
  assertEquals(await answer(await ask("/below/a")), [200, "/below/a"]);
  assertEquals((await ask("/a")).status, 404);
});

Deno.test("a route before fsRoutes has neither the middleware nor the error page of the files, its 405 does", async () => {
  await using dir = await project(FILES);
  const app = new App().get("/before", () => Promise.reject(new Error("early"))).fsRoutes();
  const ask = asker(await applyBuild(dir.root, app));
  const { result } = await quietly(() => ask("/before"));
  assertEquals(await answer(result), [500, "Internal server error"]);
  assertEquals(await answer(await ask("/before", { method: "PUT" })), [500, "error "]);
});

Deno.test("a middleware by method is passed over with a warning", async () => {
  await using dir = await project({
    "routes/_middleware.js": "export const handler = { GET: () => new Response('never') };",
    "routes/index.js": "export const handler = () => new Response('page');",
  });
  const warn = console.warn;
  const warnings: unknown[] = [];
  console.warn = (...args) => warnings.push(args.join(" "));
  try {
    const ask = asker(await applyBuild(dir.root, new App().fsRoutes()));
    assertEquals(await (await ask("/")).text(), "page");
  } finally {
    console.warn = warn;
  }
  assertStringIncludes(String(warnings), "_middleware");
});
