import { join } from "node:path";
import { JS_FOLDER } from "../shared/build_id.ts";
import { setBuildId } from "../shared/build_id.ts";
import { bundleClient } from "./bundle_client.ts";
import type { ResolvedBuildConfig } from "./config.ts";
import { crawlIslands, type IslandFile } from "./crawl_islands.ts";
import { crawlRoutes, type RouteFile } from "./crawl_routes.ts";

/** Everything found and made, before it is kept in memory or written to disk. */
export interface Build {
  config: ResolvedBuildConfig;
  routes: RouteFile[];
  islands: IslandFile[];
  /** URL path of the runtime. */
  runtime: string;
  /** Client files by URL path. */
  client: Map<string, Uint8Array<ArrayBuffer>>;
  /** URL path of a client file. */
  urlOf(file: string): string;
}

export async function makeBuild(
  config: ResolvedBuildConfig,
  { islandSpecs, development, toDisk }: { islandSpecs: string[]; development: boolean; toDisk: boolean },
): Promise<Build> {
  // Before any island is imported: asset() in a module's top level should see it.
  setBuildId(config.buildId);
  const [routes, islands] = await Promise.all([crawlRoutes(config), crawlIslands(config, islandSpecs)]);
  const withExports = islands.filter(({ exports }) => exports.length > 0);
  // A build for disk must come out the same each time, so its entries lie at a fixed place in the project; builds in
  // memory (tests, the dev server) may run side by side and must not meet.
  const entryDir = toDisk ? join(config.outDir, "entries") : await Deno.makeTempDir({ prefix: "fresh-" });
  const files = await bundleClient(withExports, { entryDir, development });
  const urlOf = (file: string) => `${JS_FOLDER}${config.buildId}/${file}`;
  return {
    config,
    routes,
    islands: withExports,
    runtime: urlOf("fresh-runtime.js"),
    client: new Map([...files].map(([name, content]) => [urlOf(name), content])),
    urlOf,
  };
}
