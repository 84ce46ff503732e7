import type { App } from "./app.ts";
import type { FsRoute } from "./fs_commands.ts";
import type { Island, ResolvedFreshConfig } from "./types.ts";

export interface StaticFile {
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  size: number;
  contentType: string;
  /** SHA-256 of the content, in hex. */
  hash: string | null;
}

/** What the build knows and the server needs: routes, islands, files. From disk, or from the memory of `dev.ts`. */
export interface BuildCache {
  root: string;
  buildId: string;
  /** Path of `fresh-runtime.js`, below the base path. */
  runtime: string;
  routes: FsRoute[];
  /** By component function. */
  islands: Map<unknown, Island>;
  /** The file at a decoded URL path without the base path; whoever gets one reads or cancels its body. */
  readFile(pathname: string): Promise<StaticFile | null>;
}

const caches = new WeakMap<object, BuildCache>();

/** Gives an app what was built for it. Must come before `app.handler()`. */
export function setBuildCache<State>(
  app: App<State>,
  cache: BuildCache,
  mode: ResolvedFreshConfig["mode"] = "production",
): void {
  caches.set(app, cache);
  app.config.root = cache.root;
  app.config.mode = mode;
}

export function buildCacheOf(app: object): BuildCache | null {
  return caches.get(app) ?? null;
}
