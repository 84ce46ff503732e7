import { basename, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ResolvedBuildConfig } from "./config.ts";
import { walk } from "./walk.ts";

export interface IslandFile {
  file: string;
  /** Name of its chunk, without extension. */
  chunk: string;
  module: Record<string, unknown>;
  exports: { name: string; exportName: string }[];
}

const EXTENSION = /\.(?:tsx|jsx|ts|js)$/;

/** The island modules: those of the islands folder, those beside routes, and `extra` ones. Every function is an island. */
export async function crawlIslands(
  { islandDir, routeDir, ignore }: ResolvedBuildConfig,
  extra: string[],
): Promise<IslandFile[]> {
  const beside = (await walk(routeDir)).filter((file) => file.split(sep).includes("(_islands)"));
  const files = [...await walk(islandDir), ...beside, ...extra]
    .filter((file) => EXTENSION.test(file) && !ignore.some((pattern) => pattern.test(file)));

  const chunks = new Names(["fresh-runtime"]);
  const names = new Names(["boot"]);
  const islands: IslandFile[] = [];
  for (const file of files) {
    const module: Record<string, unknown> = await import(pathToFileURL(file).href);
    const base = identifier(basename(file).replace(EXTENSION, ""));
    const exports = Object.keys(module)
      .filter((exportName) => typeof module[exportName] === "function")
      .map((exportName) => ({
        exportName,
        name: names.unique(exportName === "default" ? base : exportName),
      }));
    islands.push({ file, chunk: chunks.unique(base), module, exports });
  }
  return islands;
}

function identifier(name: string): string {
  return name.replace(/^(\d)/, "_$1").replace(/[^\w$]/g, "_");
}

class Names {
  #taken: Set<string>;

  constructor(reserved: string[]) {
    this.#taken = new Set(reserved);
  }

  unique(name: string): string {
    let free = name;
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`;
    this.#taken.add(free);
    return free;
  }
}
