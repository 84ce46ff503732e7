import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildCache, StaticFile } from "../app/build_cache.ts";
import type { FsRoute } from "../app/fs_commands.ts";
import type { Island } from "../app/types.ts";
import type { Build } from "./build.ts";
import { contentTypeOf } from "./content_type.ts";
import { sha256 } from "./hash.ts";
import { pinUrls } from "./static_css.ts";

/** A build that is kept in memory, with static files read as they are at the moment of the request. */
export class MemoryBuildCache implements BuildCache {
  readonly root: string;
  readonly buildId: string;
  readonly runtime: string;
  readonly islands: Map<unknown, Island>;
  #build: Build;

  constructor(build: Build, readonly routes: FsRoute[]) {
    this.#build = build;
    this.root = build.config.root;
    this.buildId = build.config.buildId;
    this.runtime = build.runtime;
    this.islands = new Map(
      build.islands.flatMap(({ module, exports, chunk }) =>
        exports.map(({ name, exportName }) => {
          const fn = module[exportName];
          return [fn, { name, exportName, fn, css: [], file: build.urlOf(`${chunk}.js`) }];
        })
      ),
    );
  }

  static async create(build: Build): Promise<MemoryBuildCache> {
    const routes = await Promise.all(build.routes.map(async ({ file, lazy, id, type, scope, pattern }) => {
      const load = () => import(pathToFileURL(file).href);
      return { id, type, scope, pattern, module: lazy ? load : await load() };
    }));
    return new MemoryBuildCache(build, routes);
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const content = this.#build.client.get(pathname) ?? await this.#readStatic(pathname);
    if (content === null) return null;
    return {
      body: new Blob([content]).stream(),
      size: content.byteLength,
      contentType: contentTypeOf(pathname),
      hash: await sha256(content),
    };
  }

  async #readStatic(pathname: string): Promise<Uint8Array<ArrayBuffer> | null> {
    for (const folder of this.#build.config.staticDir) {
      const path = join(folder, pathname);
      if (!path.startsWith(folder + sep) || !(await isFile(path))) continue;
      if (path.endsWith(".css")) return new TextEncoder().encode(pinUrls(await Deno.readTextFile(path)));
      return await Deno.readFile(path);
    }
    return null;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // Not there, not readable, or not a path at all (a NUL in it): in each case no file of ours.
    return false;
  }
}
