import { assertEquals, assertMatch } from "@std/assert";
import { App, staticFiles } from "fresh";
import { asset } from "fresh/runtime";
import { answer, asker } from "./support/ask.ts";
import { applyBuild, project } from "./support/project.ts";

const FILES = {
  "static/app.css": "a { background: url(/x.png) url('//cdn/x') }",
  "static/x.png": "png",
  "static/dir/page.html": "<p>",
  "static/with space.txt": "spaced",
  "secret.txt": "not yours",
};
const NO_STORE = "no-cache, no-store, max-age=0, must-revalidate";
const IMMUTABLE = "public, max-age=31536000, immutable";

Deno.test("what is served, and what is not", async (t) => {
  await using dir = await project(FILES);
  const app = new App().use(staticFiles()).get("/x.png", (ctx) => ctx.text("route"))
    .get("/", (ctx) => ctx.text("home")).get("/dir", (ctx) => ctx.text("dir"));
  const ask = asker(await applyBuild(dir.root, app));
  const table: [method: string, path: string, status: number, body: string][] = [
    ["GET", "/x.png", 200, "png"],
    ["GET", "/with%20space.txt", 200, "spaced"],
    ["GET", "/dir/page.html", 200, "<p>"],
    ["GET", "/", 200, "home"],
    ["GET", "/dir", 200, "dir"],
    ["POST", "/x.png", 405, "Method Not Allowed"],
    ["HEAD", "/x.png", 200, ""],
    ["GET", "/favicon.ico", 404, ""],
    ["GET", "/missing.png", 404, "Not Found"],
    ["GET", "/..%2fsecret.txt", 404, "Not Found"],
    ["GET", "/%2e%2e/secret.txt", 404, "Not Found"],
    ["GET", "/%zz", 404, "Not Found"],
    ["GET", "/a%00b", 404, "Not Found"],
  ];
  for (const [method, path, status, body] of table) {
    await t.step(`${method} ${path} → ${status}`, async () => {
      assertEquals(await answer(await ask(path, { method })), [status, body]);
    });
  }
});

Deno.test("headers in production", async (t) => {
  await using dir = await project(FILES);
  const ask = asker(await applyBuild(dir.root, new App().use(staticFiles())));
  const plain = await ask("/x.png");
  await plain.body?.cancel();
  const etag = plain.headers.get("etag")!;
  await t.step("unpinned: always asked for again, by its hash", () => {
    assertMatch(etag, /^W\/"[0-9a-f]{64}"$/);
    assertEquals(Object.fromEntries(plain.headers), {
      "cache-control": NO_STORE,
      "content-length": "3",
      "content-type": "image/png",
      etag,
      "vary": "If-None-Match",
    });
  });
  await t.step("pinned to this build: immutable", async () => {
    const response = await ask(asset("/x.png"));
    assertEquals([await response.text(), response.headers.get("cache-control")], ["png", IMMUTABLE]);
  });
  await t.step("pinned to another build: on to the file as it is", async () => {
    const response = await ask("/x.png?__frsh_c=old&a=1");
    assertEquals([response.status, response.headers.get("location")], [307, "/x.png?a=1"]);
  });
  await t.step("known already: 304", async () => {
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
      const response = await ask("/x.png", { headers: { "if-none-match": known } });
      assertEquals([response.status, response.body], [304, null], known);
    }
  });
  await t.step("HEAD tells the length", async () => {
    assertEquals((await ask("/x.png", { method: "HEAD" })).headers.get("content-length"), "3");
  });
  await t.step("types carry a charset, and style sheets pin what they refer to", async () => {
    const response = await ask("/app.css");
    assertEquals(response.headers.get("content-type"), "text/css; charset=UTF-8");
    assertEquals(await response.text(), `a { background: url(${asset("/x.png")}) url('//cdn/x') }`);
  });
});

Deno.test("in development nothing is cached, and changes show at once", async () => {
  await using dir = await project(FILES);
  const ask = asker(await applyBuild(dir.root, new App().use(staticFiles()), "development"));
  const first = await ask(asset("/x.png"), { headers: { "if-none-match": "*" } });
  assertEquals([first.status, first.headers.get("etag"), first.headers.get("cache-control")], [
    200,
    null,
    NO_STORE,
  ]);
  assertEquals(await first.text(), "png");
  await dir.write("static/x.png", "other");
  assertEquals(await (await ask("/x.png")).text(), "other");
});

Deno.test("the base path is before files too", async () => {
  await using dir = await project(FILES);
  const ask = asker(await applyBuild(dir.root, new App({ basePath: "/base" }).use(staticFiles())));
  assertEquals(await answer(await ask("/base/x.png")), [200, "png"]);
  assertEquals((await ask("/x.png")).status, 404);
});

Deno.test("without a build nothing is found", async () => {
  assertEquals((await asker(new App().use(staticFiles()))("/x.png")).status, 404);
});
