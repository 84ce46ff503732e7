import { dirname, join, relative, sep } from "node:path";
import type { Build } from "./build.ts";
import { contentTypeOf } from "./content_type.ts";
import { sha256 } from "./hash.ts";
import { pinUrls } from "./static_css.ts";
import { walk } from "./walk.ts";

type FileTable = Record<string, { path: string; hash: string; contentType: string }>;

/** Writes the build folder: client files, the snapshot, and two ways to start the server. */
export async function writeSnapshot(build: Build): Promise<void> {
  const { outDir } = build.config;
  const files = { ...await staticFiles(build), ...await clientFiles(build) };
  await Deno.writeTextFile(join(outDir, "snapshot.js"), snapshotSource(build, files));
  await Deno.writeTextFile(join(outDir, "server.js"), serverSource(build));
  await Deno.writeTextFile(join(outDir, "compiled-entry.js"), COMPILED_ENTRY);
}

async function clientFiles(build: Build): Promise<FileTable> {
  const table: FileTable = {};
  for (const [url, content] of build.client) table[url] = await writeStatic(build, url, content);
  return sorted(table);
}

/** Static files stay where they are, except style sheets, whose references are pinned. */
async function staticFiles(build: Build): Promise<FileTable> {
  const table: FileTable = {};
  for (const folder of build.config.staticDir) {
    for (const file of await walk(folder)) {
      const url = "/" + relative(folder, file).split(sep).join("/");
      // The first folder that has a path wins.
      if (url in table) continue;
      table[url] = file.endsWith(".css")
        ? await writeStatic(build, url, new TextEncoder().encode(pinUrls(await Deno.readTextFile(file))))
        : await entry(build, file, await Deno.readFile(file));
    }
  }
  return sorted(table);
}

async function writeStatic(
  build: Build,
  url: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<FileTable[string]> {
  const path = join(build.config.outDir, "static", url);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, content);
  return await entry(build, path, content);
}

async function entry(
  build: Build,
  path: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<FileTable[string]> {
  return {
    path: relative(build.config.root, path),
    hash: await sha256(content),
    contentType: contentTypeOf(path),
  };
}

function snapshotSource({ config, routes, islands, runtime, urlOf }: Build, files: FileTable): string {
  const from = (file: string) => importPath(config.outDir, file);
  const imports = [
    ...islands.map(({ file }, i) => `import * as island${i} from ${from(file)};`),
    ...routes.map(({ file, lazy }, i) => lazy ? "" : `import * as route${i} from ${from(file)};`).filter(
      Boolean,
    ),
  ];
  const islandRows = islands.flatMap(({ chunk, exports }, i) =>
    exports.map((names) =>
      `  { ...${json({ ...names, file: urlOf(`${chunk}.js`), css: [] })}, module: island${i} },`
    )
  );
  const routeRows = routes.map(({ file, lazy, id, type, scope, pattern }, i) =>
    `  { ...${json({ id, type, scope, pattern })}, module: ${
      lazy ? `() => import(${from(file)})` : `route${i}`
    } },`
  );
  return `${imports.join("\n")}

export const buildId = ${json(config.buildId)};
export const runtime = ${json(runtime)};
export const islands = [
${islandRows.join("\n")}
];
export const routes = [
${routeRows.join("\n")}
];
export const files = ${JSON.stringify(files, null, 2)};
`;
}

function serverSource({ config }: Build): string {
  return `import { ProdBuildCache, setBuildCache } from "fresh/internal";
import { app } from ${importPath(config.outDir, config.serverEntry)};
import * as snapshot from "./snapshot.js";

const root = new URL(${
    json(`${relative(config.outDir, config.root).split(sep).join("/")}/`)
  }, import.meta.url);
setBuildCache(app, new ProdBuildCache(decodeURIComponent(root.pathname), snapshot), "production");
export default { fetch: app.handler() };
`;
}

const COMPILED_ENTRY = `import server from "./server.js";

const port = Number(Deno.env.get("PORT") ?? 8000);
Deno.serve({ port, hostname: Deno.env.get("HOSTNAME") ?? "0.0.0.0" }, server.fetch);
`;

function importPath(outDir: string, file: string): string {
  const path = relative(outDir, file).split(sep).join("/");
  return json(path.startsWith(".") ? path : `./${path}`);
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function sorted(table: FileTable): FileTable {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => a < b ? -1 : 1));
}
