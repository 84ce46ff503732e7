import { resolve } from "node:path";

export interface BuildConfig {
  root?: string;
  serverEntry?: string;
  outDir?: string;
  staticDir?: string | string[];
  islandDir?: string;
  routeDir?: string;
  /** Files in the routes and islands folders to pass over, by path. */
  ignore?: RegExp[];
}

/** All paths absolute. */
export interface ResolvedBuildConfig {
  root: string;
  serverEntry: string;
  outDir: string;
  staticDir: string[];
  islandDir: string;
  routeDir: string;
  ignore: RegExp[];
  buildId: string;
}

const TESTS = /[._]test\.(?:tsx?|jsx?|mts|mjs|cts|cjs)$/;

export async function resolveConfig(config: BuildConfig): Promise<ResolvedBuildConfig> {
  const root = resolve(config.root ?? Deno.cwd());
  const inRoot = (path: string) => resolve(root, path);
  return {
    root,
    serverEntry: inRoot(config.serverEntry ?? "main.ts"),
    outDir: inRoot(config.outDir ?? "_fresh"),
    staticDir: [config.staticDir ?? "static"].flat().map(inRoot),
    islandDir: inRoot(config.islandDir ?? "islands"),
    routeDir: inRoot(config.routeDir ?? "routes"),
    ignore: config.ignore ?? [TESTS],
    buildId: await newBuildId(),
  };
}

/** One commit, one id, as far as the environment knows the commit; otherwise a new one each time. */
async function newBuildId(): Promise<string> {
  const names = ["DENO_DEPLOYMENT_ID", "GITHUB_SHA", "CI_COMMIT_SHA"];
  const source = names.map((name) => Deno.env.get(name)).find(Boolean) ?? crypto.randomUUID();
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(source));
  return new Uint8Array(digest).toHex();
}
