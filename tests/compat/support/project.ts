import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "fresh";
import { Builder } from "fresh/dev";

const COMPAT = fileURLToPath(new URL("../../../compat/", import.meta.url));

/** A project in a temporary folder, removed at the end of the block. */
export interface Project extends AsyncDisposable {
  root: string;
  write(path: string, content: string): Promise<void>;
}

/** Writes `files` (path → content) into a new folder. */
export async function project(files: Record<string, string>): Promise<Project> {
  const root = await Deno.makeTempDir({ prefix: "compat-" });
  const write = async (path: string, content: string) => {
    const file = join(root, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, content);
  };
  for (const [path, content] of Object.entries(files)) await write(path, content);
  return { root, write, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

/** Builds in memory and sets the build on the app. */
export async function applyBuild<State>(
  root: string,
  app: App<State>,
  mode: "production" | "development" = "production",
): Promise<App<State>> {
  (await new Builder({ root }).build({ snapshot: "memory", mode }))(app);
  return app;
}

/** The deno.json by which a project outside of this one finds `fresh`. */
export const DENO_JSON = JSON.stringify({
  nodeModulesDir: "auto",
  unstable: ["bundle"],
  links: [join(COMPAT, "fresh")],
  imports: {
    "fresh": "jsr:@fresh/core@^2.3.0",
    "fresh/dev": "jsr:@fresh/core@^2.3.0/dev",
    "fresh/runtime": "jsr:@fresh/core@^2.3.0/runtime",
    "preact": "npm:preact@^10.29.0",
    "@preact/signals": "npm:@preact/signals@^2.5.0",
  },
  compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
});
