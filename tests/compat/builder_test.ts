import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join, relative } from "node:path";
import { walk } from "../../compat/fresh/src/dev/walk.ts";
import { FIXTURE_APP } from "./support/fixture_app.ts";
import { project } from "./support/project.ts";
import { freePort, runDeno, startDeno } from "./support/server.ts";

const COMMIT = { GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567" };
const build = (root: string, env: Record<string, string>) =>
  runDeno(["run", "-A", "dev.ts", "build"], root, env);

/** Path and content of everything in the build folder. */
async function builtFiles(root: string): Promise<Record<string, string>> {
  const folder = join(root, "_fresh");
  const files = await walk(folder);
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [relative(folder, file), await Deno.readTextFile(file)])),
  );
}

Deno.test("two builds of one commit are alike to the byte, in other folders too; without a commit they differ", async () => {
  await using first = await project(FIXTURE_APP);
  await using second = await project(FIXTURE_APP);
  await Promise.all([build(first.root, COMMIT), build(second.root, COMMIT)]);
  const files = await builtFiles(first.root);
  assertEquals(await builtFiles(second.root), files);
  await build(first.root, COMMIT);
  assertEquals(await builtFiles(first.root), files);
  await build(first.root, { GITHUB_SHA: "" });
  assertNotEquals(Object.keys(await builtFiles(first.root)), Object.keys(files));
});

Deno.test("the build folder: one chunk per island, shared code once, minified", async () => {
  await using dir = await project(FIXTURE_APP);
  await build(dir.root, COMMIT);
  const files = await builtFiles(dir.root);
  const names = Object.keys(files).map((name) => name.replace(/js\/[0-9a-f]{40}\//, "js/ID/")).sort();
  assertEquals(names.filter((name) => !name.includes("/chunk-")), [
    "compiled-entry.js",
    "server.js",
    "snapshot.js",
    "static/_fresh/js/ID/Box.js",
    "static/_fresh/js/ID/Counter.js",
    "static/_fresh/js/ID/fresh-runtime.js",
    "static/app.css",
  ]);
  const client = Object.entries(files).filter(([name]) => name.includes("/js/"));
  // Where a component's setState is defined, there is a preact.
  assertEquals(client.filter(([, source]) => source.includes("setState=function")).length, 1);
  assert(client.every(([, source]) => source.trimEnd().split("\n").length < 5));
  assert(client.every(([, source]) => !source.includes("_frsh/alive")));
});

Deno.test("production: deno serve starts the build", async (t) => {
  await using dir = await project(FIXTURE_APP);
  await build(dir.root, COMMIT);
  const port = freePort();
  const args = [
    "serve",
    "--parallel",
    "-A",
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    "_fresh/server.js",
  ];
  await using server = await startDeno(args, { cwd: dir.root, port, env: { DENO_JOBS: "2" } });
  const get = (path: string, init?: RequestInit) => fetch(server.base + path, init);

  await t.step("a page with islands, its scripts for ever", async () => {
    const html = await (await get("/")).text();
    assertStringIncludes(html, "<title>Count 3</title>");
    const runtime = /from "(\/_fresh\/js\/[^"]+fresh-runtime\.js)"/.exec(html)![1];
    const script = await get(runtime);
    assertEquals(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assertEquals(script.headers.get("content-type"), "text/javascript; charset=UTF-8");
    assertStringIncludes(await script.text(), "boot");
  });
  await t.step(
    "a page without",
    async () => assert(!(await (await get("/static")).text()).includes("<script")),
  );
  await t.step("routes of main.ts and the 404 page", async () => {
    assertEquals(await (await get("/api/ping")).text(), "pong");
    const missing = await get("/missing");
    assertEquals(missing.status, 404);
    assertStringIncludes(await missing.text(), "Nothing here");
  });
  await t.step("a static file, once", async () => {
    const css = await get("/app.css");
    assertEquals(await css.text(), "a { color: red }");
    const again = await get("/app.css", { headers: { "if-none-match": css.headers.get("etag")! } });
    assertEquals([again.status, await again.text()], [304, ""]);
  });
  await t.step("nothing of development", async () => {
    const response = await get("/_frsh/alive");
    await response.body?.cancel();
    assertEquals(response.status, 404);
  });
  await t.step("an error says no more than that", async () => {
    const boom = await get("/boom", { headers: { accept: "text/html" } });
    assertEquals([boom.status, await boom.text()], [500, "Internal server error"]);
  });
});

Deno.test("compiled-entry.js takes PORT and HOSTNAME", async () => {
  await using dir = await project(FIXTURE_APP);
  await build(dir.root, COMMIT);
  const port = freePort();
  const env = { PORT: String(port), HOSTNAME: "127.0.0.1" };
  await using server = await startDeno(["run", "-A", "_fresh/compiled-entry.js"], {
    cwd: dir.root,
    port,
    env,
  });
  assertEquals(await (await fetch(`${server.base}/api/ping`)).text(), "pong");
});

/** The revision that the dev server tells a page. */
function revisionAt(base: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = new WebSocket(`${base.replace("http", "ws")}/_frsh/alive`);
  let revision: number | null = null;
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    assertEquals(message.type, "initial-state");
    revision = message.revision;
    socket.close();
  };
  socket.onerror = () => {};
  socket.onclose = () => revision === null ? reject(new Error("closed without a word")) : resolve(revision);
  return promise;
}

Deno.test("development: overlay, live reload after a change", async (t) => {
  await using dir = await project(FIXTURE_APP);
  const port = freePort();
  const args = ["run", "-A", "--watch=routes/,islands/", "dev.ts"];
  await using server = await startDeno(args, { cwd: dir.root, port, env: { PORT: String(port) } });
  const get = (path: string, init?: RequestInit) => fetch(server.base + path, init);

  await t.step("every page has the script", async () => {
    assertMatch(await (await get("/static")).text(), /boot\(\{ {2}\}, "\[\[\]\]"\)/);
  });
  await t.step("the runtime reconnects to the server", async () => {
    const runtime = /from "([^"]+fresh-runtime\.js)"/.exec(await (await get("/static")).text())![1];
    assertStringIncludes(await (await get(runtime)).text(), "_frsh/alive");
  });
  await t.step("a browser sees an unexpected error in the overlay, others plainly", async () => {
    const page = await get("/boom", { headers: { accept: "text/html" } });
    const html = await page.text();
    assertEquals(page.status, 500);
    const src = /<iframe id="fresh-error-overlay" src="([^"]+)"/.exec(html)![1].replaceAll("&amp;", "&");
    const overlay = await (await get(src)).text();
    assertStringIncludes(overlay, "<h1>boom</h1>");
    assertStringIncludes(overlay, "boom.tsx");
    assertEquals(await (await get("/boom")).text(), "Internal server error");
  });
  await t.step("no upgrade, no socket", async () => {
    const response = await get("/_frsh/alive");
    await response.body?.cancel();
    assertEquals(response.status, 501);
  });
  await t.step("the browser's tools learn the folder", async () => {
    const { workspace } = await (await get("/.well-known/appspecific/com.chrome.devtools.json")).json();
    assertEquals(workspace.root, dir.root);
  });
  await t.step("the revision grows with a restart, and the change is there", async () => {
    const before = await revisionAt(server.base);
    await dir.write("routes/static.tsx", "export default () => <h1>Changed</h1>;");
    let after = before;
    for (const deadline = Date.now() + 20_000; after === before && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      after = await revisionAt(server.base).catch(() => before);
    }
    assert(after > before);
    assertStringIncludes(await (await get("/static")).text(), "Changed");
  });
});
