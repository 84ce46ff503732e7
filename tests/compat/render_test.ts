import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App, type Context, HttpError, type PageProps } from "fresh";
import { asset, assetSrcSet, Head } from "fresh/runtime";
import { h } from "preact";
import { asker, quietly } from "./support/ask.ts";
import { applyBuild, project } from "./support/project.ts";

const draw = async (app: App<unknown>, path = "/") => await (await asker(app)(path)).text();
type Drawable = Parameters<Context<unknown>["render"]>[0];
const drawn = (vnode: Drawable) => draw(new App().get("/", (ctx) => ctx.render(vnode)));

/** html, head and body around the page, as an `_app` has it. */
const Wrapper = ({ Component }: PageProps) =>
  h(
    "html",
    { lang: "en" },
    h("head", null, h("title", null, "Default"), h("meta", { name: "description", content: "all" })),
    h("body", null, h(Component, null)),
  );

Deno.test("a document is completed where tags are missing", async (t) => {
  const table: [name: string, vnode: Drawable, html: string][] = [
    ["nothing", null, '<html><head><meta charset="utf-8"/></head><body></body></html>'],
    ["markup", h("p", null, "a"), '<html><head><meta charset="utf-8"/></head><body><p>a</p></body></html>'],
    ["a body", h("body", null, "a"), '<html><head><meta charset="utf-8"/></head><body>a</body></html>'],
    [
      "all of it",
      h("html", { lang: "en" }, h("head", null, h("title", null, "t")), h("body", null, "a")),
      '<html lang="en"><head><title>t</title></head><body>a</body></html>',
    ],
    [
      "html without head, which ends up outside",
      h("html", null, h("body", null, "a")),
      '<head><meta charset="utf-8"/></head><html><body>a</body></html>',
    ],
  ];
  for (const [name, vnode, html] of table) {
    await t.step(name, async () => assertEquals(await drawn(vnode), `<!DOCTYPE html>${html}`));
  }
});

Deno.test("render sets the content type, keeps status and headers, and sends no script or link by itself", async () => {
  const app = new App().get(
    "/",
    (ctx) => ctx.render(h("p", null), { status: 201, headers: { "x-a": "1", "content-type": "text/plain" } }),
  );
  const response = await asker(app)("/");
  assertEquals(response.status, 201);
  assertEquals(Object.fromEntries(response.headers), {
    "x-a": "1",
    "content-type": "text/html; charset=utf-8",
  });
  assert(!(await response.text()).includes("<script"));
});

Deno.test("layouts lie in the app wrapper, outer ones first, and get no data", async () => {
  const layout = (name: string) => ({ Component, data }: PageProps) =>
    h(name, { "data-x": String(data) }, h(Component, null));
  const app = new App().appWrapper(Wrapper).layout("/", layout("outer-l")).layout("/a", layout("inner-l"))
    .route("/a", {
      handler: () => ({ data: "data" }),
      component: ({ data }: PageProps<string>) => h("p", null, data),
    });
  assertStringIncludes(
    await draw(app, "/a"),
    '<body><outer-l data-x="null"><inner-l data-x="null"><p>data</p></inner-l></outer-l></body>',
  );
});

Deno.test("layouts and the wrapper can be skipped", async (t) => {
  const layout = (name: string) => ({ Component }: PageProps) => h(name, null, h(Component, null));
  const component = () => h("p", null);
  const app = new App().appWrapper(Wrapper).layout("/", layout("outer-l"))
    .layout("/bare", layout("inner-l"), { skipInheritedLayouts: true, skipAppWrapper: true })
    .route("/bare", { component })
    .route("/no-layout", { component, config: { skipInheritedLayouts: true } })
    .route("/no-app", { component, config: { skipAppWrapper: true } })
    .get(
      "/render",
      (ctx) => ctx.render(h("p", null), {}, { skipAppWrapper: true, skipInheritedLayouts: true }),
    );
  const table: [path: string, app: boolean, outer: boolean, inner: boolean][] = [
    ["/bare", false, false, true],
    ["/no-layout", true, false, false],
    ["/no-app", false, true, false],
    ["/render", false, false, false],
  ];
  for (const [path, wrapper, outer, inner] of table) {
    await t.step(path, async () => {
      const html = await draw(app, path);
      assertEquals(["Default", "<outer-l>", "<inner-l>"].map((text) => html.includes(text)), [
        wrapper,
        outer,
        inner,
      ]);
    });
  }
});

Deno.test("page, layout and wrapper may be async, and may answer with a Response", async () => {
  const wait = () => new Promise<void>((resolve) => queueMicrotask(resolve));
  const AsyncWrapper = async (props: PageProps) => (await wait(), Wrapper(props));
  const app = new App().appWrapper(AsyncWrapper)
    .layout("/", async ({ Component, url }) => {
      await wait();
      if (url.searchParams.has("away")) return new Response("left", { status: 403 });
      return h("main", null, h(Component, null));
    })
    .route("/", { component: async () => (await wait(), h("p", null, "async page")) });
  const ask = asker(app);
  assertStringIncludes(await (await ask("/")).text(), "<body><main><p>async page</p></main></body>");
  const left = await ask("/?away");
  assertEquals([left.status, await left.text()], [403, "left"]);
});

Deno.test("an error while drawing is a 500", async () => {
  const app = new App().route("/", {
    component: () => {
      throw new Error("boom");
    },
  });
  const { result } = await quietly(() => asker(app)("/"));
  assertEquals(result.status, 500);
});

Deno.test("page props", async () => {
  let keys: string[] = [];
  const app = new App().route("/", { component: (props) => (keys = Object.keys(props), null) });
  await draw(app);
  assertEquals(
    keys.sort(),
    "Component config data error info isPartial params req route state url".split(" "),
  );
});

Deno.test("Head replaces what is alike and adds the rest; the last one wins", async () => {
  const component = () =>
    h(
      "main",
      null,
      h(Head, null, h("title", null, "First")),
      h(Head, null, [
        h("title", null, "Page & more"),
        h("meta", { name: "description", content: "this" }),
        h("meta", { name: "robots", content: "none" }),
        h("link", { rel: "canonical", href: "/x" }),
        h("p", null, "not for a head"),
      ]),
    );
  const html = await draw(new App().appWrapper(Wrapper).route("/", { component }));
  assertStringIncludes(
    html,
    '<head><title>Page &amp; more</title><meta name="description" content="this"/>' +
      '<meta name="robots" content="none"/><link rel="canonical" href="/x"/></head><body><main></main></body>',
  );
});

Deno.test("Head also fills a head that nobody drew", async () => {
  assertStringIncludes(
    await drawn(h("main", null, h(Head, null, h("title", null, "t")))),
    '<head><meta charset="utf-8"/><title>t</title></head><body><main></main></body>',
  );
});

Deno.test("the same markup can be drawn again and again", async () => {
  const constant = h(
    "html",
    null,
    h("head", null, h("title", null, "t")),
    h("body", null, h(Head, null, h("meta", { name: "a" })), "x"),
  );
  const app = new App().get("/", (ctx) => ctx.render(constant));
  const first = await draw(app);
  assertStringIncludes(first, "<title>t</title>");
  assertEquals(await draw(app), first);
});

Deno.test("inline scripts and styles carry the page's nonce", async () => {
  const html = await drawn(
    h("div", null, h("script", null, "1"), h("style", null, "a{}"), h("script", { src: "/x.js" })),
  );
  assertMatch(
    html,
    /<script nonce="([0-9a-f]{32})">1<\/script><style nonce="\1">a\{\}<\/style><script src="\/x.js">/,
  );
});

Deno.test("links to this page and to those above it are marked", async (t) => {
  const links = ["/", "/a", "/a/b", "/a/b/?q", "/a/b/c", "/ab", "https://example.com/a/b", "#x"];
  const html = await draw(
    new App().route("/a/b", { component: () => h("p", null, links.map((href) => h("a", { href }, "x"))) }),
    "/a/b",
  );
  const table: [href: string, mark: string][] = [
    ["/", ' data-ancestor="true" aria-current="true"'],
    ["/a", ' data-ancestor="true" aria-current="true"'],
    ["/a/b", ' data-current="true" aria-current="page"'],
    ["/a/b/?q", ' data-current="true" aria-current="page"'],
    ["/a/b/c", ""],
    ["/ab", ""],
    ["https://example.com/a/b", ""],
    ["#x", ""],
  ];
  for (const [href, mark] of table) {
    await t.step(href, () => assertStringIncludes(html, `<a href="${href}"${mark}>x</a>`));
  }
});

Deno.test("links made in a handler, before rendering, are not marked", async () => {
  const app = new App().get("/", (ctx) => ctx.render(h("p", null, h("a", { href: "/" }, "x"))));
  assertStringIncludes(await draw(app), '<a href="/">x</a>');
});

Deno.test("asset pins paths of this origin to the build; images get it by themselves", async (t) => {
  await using dir = await project({});
  const component = () =>
    h("p", null, h("img", { src: "/a.png" }), h("img", { src: "/b.png", "data-fresh-disable-lock": true }));
  const app = await applyBuild(dir.root, new App().route("/", { component }));
  const html = await draw(app);
  const id = /a\.png\?__frsh_c=([0-9a-f]{40})"/.exec(html)![1];
  assertStringIncludes(html, '<img src="/b.png"');
  const table = [
    ["/x", `/x?__frsh_c=${id}`],
    ["/x?a=1#b", `/x?a=1&__frsh_c=${id}#b`],
    ["//cdn.example/x", "//cdn.example/x"],
    ["https://example.com/x", "https://example.com/x"],
    ["x", "x"],
  ];
  for (const [path, expected] of table) await t.step(path, () => assertEquals(asset(path), expected));
  assertEquals(assetSrcSet("/a.png 1x, /b.png 2x"), `/a.png?__frsh_c=${id} 1x, /b.png?__frsh_c=${id} 2x`);
});

Deno.test("in development every page has the script, and unexpected errors an overlay", async (t) => {
  await using dir = await project({});
  const app = new App().onError("/", (ctx) => ctx.render(h("p", null, "sorry"), { status: 500 }))
    .get("/", (ctx) => ctx.render(h("p", null)))
    .get("/boom", () => Promise.reject(new Error('a "quoted" <b>')))
    .get("/teapot", () => Promise.reject(new HttpError(418)));
  const ask = asker(await applyBuild(dir.root, app, "development"));
  for (const [path, overlay] of [["/", false], ["/boom", true], ["/teapot", false]] as const) {
    await t.step(path, async () => {
      const html = await (await ask(path)).text();
      assertMatch(html, /<script type="module" nonce="[0-9a-f]+">import \{ boot \} from/);
      assertEquals(
        html.includes('<iframe id="fresh-error-overlay" src="/_frsh/error_overlay?message=a+%22quoted'),
        overlay,
      );
    });
  }
});
