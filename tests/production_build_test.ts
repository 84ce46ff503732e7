/** The build that `deno task build` makes, served by a process as `deno task start` does. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildForProduction } from "../production_build.ts";
import { startProduction } from "./faults/processes/production.ts";

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "production-build-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("the built server is a few files: none of its sources is loaded at the start", async () => {
  await using folder = await temporary();
  await buildForProduction({ outDir: folder.path });
  const loaded = new Set<string>();
  const load = async (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    const source = await Deno.readTextFile(`${folder.path}/${name}`);
    for (const [, from] of source.matchAll(/^(?:import|\} from|import .* from) "([^"]+)";$/gm)) {
      if (!from.startsWith("node:")) await load(from.replace("./", ""));
    }
  };
  await load("server.js");
  assert(loaded.size > 1 && loaded.size < 40, `${loaded.size}`);
  assertEquals([...loaded].filter((name) => !/^[\w-]+\.js$/.test(name)), []);
  assert(!loaded.has("snapshot.js"));
  // A route of its own file: it is there when it is asked for.
  const routes = [...Deno.readDirSync(folder.path)].filter(({ name }) => /^healthz-\w+\.js$/.test(name));
  assertEquals(routes.length, 1);
  assert(!loaded.has(routes[0].name));
  const { sources } = JSON.parse(await Deno.readTextFile(`${folder.path}/server.js.map`));
  assert(sources.some((path: string) => path.endsWith("/main.ts")));
});

Deno.test("what cannot be bundled is said, and serves as Fresh wrote it", async () => {
  await using folder = await temporary();
  const { bundle } = Deno;
  const { error } = console;
  const said: unknown[] = [];
  const failed = { success: false, errors: [{ text: "no such thing" }], warnings: [] };
  // What browsers get is bundled as ever.
  Deno.bundle = (options) => options.platform === "deno" ? Promise.resolve(failed) : bundle(options);
  console.error = (text) => said.push(text);
  try {
    await buildForProduction({ outDir: folder.path });
  } finally {
    Deno.bundle = bundle;
    console.error = error;
  }
  assertEquals(said, ["The server is not bundled, and starts from its sources: no such thing"]);
  assertMatch(await Deno.readTextFile(`${folder.path}/server.js`), /from "[^"]*\/main\.ts"/);
});

Deno.test("the built server answers with pages, their scripts, static files and programs' routes", async () => {
  await using folder = await temporary();
  const server = await startProduction(folder.path);
  try {
    const page = await (await fetch(`${server.url}/sign-in`)).text();
    assertStringIncludes(page, "Wakelight");
    const style = /href="(\/[^"]+\.css[^"]*)"/.exec(page)![1].replaceAll("&amp;", "&");
    assertMatch(await (await fetch(server.url + style)).text(), /\{/);
    assertEquals((await (await fetch(`${server.url}/healthz`)).json()).ok, true);
    const refused = await fetch(`${server.url}/api/apps`);
    assertEquals([refused.status, (await refused.json()).code], [401, "not_signed_in"]);
    const missing = await fetch(`${server.url}/lib/services.ts`);
    await missing.body?.cancel();
    assertEquals(missing.status, 404);
    const map = await fetch(`${server.url}/_fresh/server.js.map`);
    await map.body?.cancel();
    assertEquals(map.status, 404);
  } finally {
    await server.close();
  }
});
