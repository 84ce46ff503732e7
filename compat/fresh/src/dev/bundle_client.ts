import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { IslandFile } from "./crawl_islands.ts";

const RUNTIME = fileURLToPath(new URL("../../runtime_client.ts", import.meta.url));
const LIVE_RELOAD = fileURLToPath(new URL("../client/live_reload.ts", import.meta.url));

export interface BundleOptions {
  /** A folder for the entry files; made and removed here. Its path goes into the hashes of chunk names. */
  entryDir: string;
  development: boolean;
}

/**
 * Bundles the runtime and each island; what they have in common (preact, signals) goes into shared chunks, so that
 * it exists once in the browser. Returns file names and contents.
 */
export async function bundleClient(
  islands: IslandFile[],
  { entryDir, development }: BundleOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  // Deno.bundle knows no virtual entries and names its output after the entry, hence the files.
  await Deno.mkdir(entryDir, { recursive: true });
  try {
    const entries = await writeEntries(islands, entryDir, development);
    const { success, errors, outputFiles } = await Deno.bundle({
      entrypoints: entries,
      outputDir: join(entryDir, "out"),
      format: "esm",
      platform: "browser",
      codeSplitting: true,
      minify: !development,
      write: false,
    });
    if (!success) throw new Error(`Cannot bundle the islands: ${errors.map(({ text }) => text).join("\n")}`);
    return new Map(
      outputFiles!.map(({ path, contents }) => [basename(path), contents as Uint8Array<ArrayBuffer>]),
    );
  } finally {
    await Deno.remove(entryDir, { recursive: true });
  }
}

async function writeEntries(
  islands: IslandFile[],
  entryDir: string,
  development: boolean,
): Promise<string[]> {
  const from = (file: string) => JSON.stringify(relative(entryDir, file));
  const write = async (name: string, source: string) => {
    const path = join(entryDir, `${name}.js`);
    await Deno.writeTextFile(path, source);
    return path;
  };
  const runtime = `export * from ${from(RUNTIME)};${development ? `import ${from(LIVE_RELOAD)};` : ""}`;
  return await Promise.all([
    write("fresh-runtime", runtime),
    ...islands.map(({ file, chunk, exports }) => {
      const names = exports.map(({ exportName }) => exportName).join(", ");
      return write(chunk, `export { ${names} } from ${from(file)};`);
    }),
  ]);
}
