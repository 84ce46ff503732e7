/** The picture in DESIGN.md, checked: who may import whom, and who may touch the outside. */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

interface Source {
  readonly path: string;
  readonly text: string;
  /** Paths from the root for files of ours, names for packages. */
  readonly imports: readonly string[];
}

async function sources(folder: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await sources(path));
    else if (/\.tsx?$/.test(name)) found.push(await read(path));
  }
  return found;
}

async function read(path: string): Promise<Source> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, spec]) =>
    spec.startsWith(".") ? new URL(spec, new URL(path, ROOT)).pathname.slice(ROOT.pathname.length) : spec
  );
  return { path, text, imports };
}

const lib = await sources("lib");
const inside = (path: string, ...folders: string[]) =>
  folders.some((folder) => path.startsWith(`lib/${folder}/`));
const breaches = (files: readonly Source[], allowed: (from: Source, to: string) => boolean) =>
  files.flatMap((file) =>
    file.imports.filter((to) => !allowed(file, to)).map((to) => `${file.path} → ${to}`)
  );

Deno.test("lib/protocol imports zod alone: it runs in the browser too", () => {
  const files = lib.filter(({ path }) => inside(path, "protocol"));
  assertEquals(breaches(files, (_, to) => inside(to, "protocol") || to === "zod"), []);
});

Deno.test("lib/client imports lib/protocol and nothing else of ours", () => {
  const files = lib.filter(({ path }) => inside(path, "client"));
  assertEquals(breaches(files, (_, to) => !to.startsWith("lib/") || inside(to, "client", "protocol")), []);
});

Deno.test("preview, build and events know kv and proxy through their own ports only", () => {
  const files = lib.filter(({ path }) => inside(path, "preview", "build", "events"));
  assertEquals(breaches(files, (_, to) => !inside(to, "kv", "proxy")), []);
});

Deno.test("preview and events do not know the sandbox; build knows its port", () => {
  const files = lib.filter(({ path }) => inside(path, "preview", "build", "events"));
  const port = "lib/sandbox/sandbox.ts";
  assertEquals(
    breaches(files, (from, to) => !inside(to, "sandbox") || (to === port && inside(from.path, "build"))),
    [],
  );
});

Deno.test("Deno.* is touched in kv, sandbox and proxy only", () => {
  const files = lib.filter(({ path }) =>
    !inside(path, "kv", "sandbox", "proxy") && path !== "lib/services.ts" && path !== "lib/config.ts"
  );
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  assertEquals(files.filter(({ text }) => /\bDeno\./.test(code(text))).map(({ path }) => path), []);
});

Deno.test("only routes, islands, components, main and dev know Fresh", () => {
  assertEquals(
    lib.filter(({ imports }) => imports.some((to) => /^fresh/.test(to))).map(({ path }) => path),
    [],
  );
});

Deno.test("islands and components reach the server through lib/client and lib/protocol", async () => {
  const files = [...await sources("islands"), ...await sources("components")];
  const types = (file: Source, to: string) =>
    new RegExp(`import type [^;]*${to.split("/").pop()!.replace(".", "\\.")}"`).test(file.text);
  assertEquals(
    breaches(
      files,
      (from, to) => !to.startsWith("lib/") || inside(to, "client", "protocol") || types(from, to),
    ),
    [],
  );
});
