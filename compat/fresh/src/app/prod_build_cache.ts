import { join } from "node:path";
import type { BuildCache, StaticFile } from "./build_cache.ts";
import type { FsRoute } from "./fs_commands.ts";
import type { Island } from "./types.ts";

/** The content of `_fresh/snapshot.js`. */
export interface Snapshot {
  buildId: string;
  runtime: string;
  routes: FsRoute[];
  islands: (Omit<Island, "fn"> & { module: Record<string, unknown> })[];
  /** URL path → where the file lies, relative to the project. */
  files: Record<string, { path: string; hash: string; contentType: string }>;
}

/** The build that `deno task build` left on disk. */
export class ProdBuildCache implements BuildCache {
  readonly buildId: string;
  readonly runtime: string;
  readonly routes: FsRoute[];
  readonly islands: Map<unknown, Island>;
  #files: Map<string, Snapshot["files"][string]>;

  constructor(readonly root: string, snapshot: Snapshot) {
    this.buildId = snapshot.buildId;
    this.runtime = snapshot.runtime;
    this.routes = snapshot.routes;
    this.islands = new Map(snapshot.islands.map(({ module, ...island }) => {
      const fn = module[island.exportName];
      return [fn, { ...island, fn }];
    }));
    this.#files = new Map(Object.entries(snapshot.files));
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    // Only what the build saw is served, so no path can lead out of the folders.
    const known = this.#files.get(pathname);
    if (known === undefined) return null;
    const file = await Deno.open(join(this.root, known.path));
    const { size } = await file.stat();
    return { body: file.readable, size, contentType: known.contentType, hash: known.hash };
  }
}
