/** The build for production: what Fresh makes of the app, with the server's own modules put together. */
import { basename, join, resolve } from "node:path";
import { Builder } from "fresh/dev";

export interface ProductionBuild {
  /** The project, the working directory unless told. */
  readonly root?: string;
  /** `_fresh` in it unless told; `server.js` in there is what `deno serve` is to be given. */
  readonly outDir?: string;
}

/** What cannot be bundled is told on standard error, and stays as Fresh wrote it: it serves all the same, and starts later. */
export async function buildForProduction(
  { root = Deno.cwd(), outDir = join(root, "_fresh") }: ProductionBuild = {},
): Promise<void> {
  await new Builder({ root, outDir }).build();
  // Where a runtime cannot bundle at all, nobody has to know.
  if (typeof Deno.bundle !== "function") return;
  await bundleServer(resolve(outDir));
}

/**
 * Puts the three hundred modules that `server.js` imports into a few files beside it, each route's own in one that is
 * loaded when it is first asked for. To find, read and link them one by one was half of the time to the first answer.
 * `server.js` stays where it was: it finds the static files by its own place.
 */
async function bundleServer(outDir: string): Promise<void> {
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: [join(outDir, "server.js")],
    outputDir: outDir,
    format: "esm",
    platform: "deno",
    codeSplitting: true,
    // Errors are told by the lines of the sources; the maps are read only then.
    sourcemap: "linked",
    write: false,
  });
  if (!success) {
    const reasons = errors.map(({ text }) => text).join("\n");
    return console.error(`The server is not bundled, and starts from its sources: ${reasons}`);
  }
  for (const { path, contents } of outputFiles!) {
    await Deno.writeFile(join(outDir, basename(path)), contents!);
  }
}
