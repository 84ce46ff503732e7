import { relative, sep } from "node:path";
import type { FsRouteType } from "../app/fs_commands.ts";
import type { ResolvedBuildConfig } from "./config.ts";
import { compareIds, patternOf, scopeOfFile } from "./route_path.ts";
import { walk } from "./walk.ts";

export interface RouteFile {
  file: string;
  id: string;
  type: FsRouteType;
  scope: string[];
  pattern: string;
  /** Loaded at the first request. Everything that later routes inherit from has to be there at the start. */
  lazy: boolean;
}

const EXTENSION = /\.(?:tsx|jsx|ts|js)$/;
const TYPES: Record<string, FsRouteType> = {
  _app: "app",
  _layout: "layout",
  _middleware: "middleware",
  _error: "error",
  _500: "error",
  _404: "notFound",
};

/** The files of the routes folder in the order in which they are registered. */
export async function crawlRoutes({ routeDir, ignore }: ResolvedBuildConfig): Promise<RouteFile[]> {
  const files = (await walk(routeDir)).filter((file) =>
    EXTENSION.test(file) && !ignore.some((pattern) => pattern.test(file)) && !isHidden(routeDir, file)
  );
  const routes = await Promise.all(files.map((file) => describe(routeDir, file)));
  return routes.sort((a, b) => compareIds(a.id, b.id));
}

async function describe(routeDir: string, file: string): Promise<RouteFile> {
  const id = relative(routeDir, file).replace(EXTENSION, "").split(sep).join("/");
  const type = TYPES[id.split("/").at(-1)!] ?? "route";
  // The pattern is inside such a module, so it cannot wait for a request to its pattern.
  const overrides = type === "route" && (await Deno.readTextFile(file)).includes("routeOverride");
  return {
    file,
    id,
    type,
    scope: scopeOfFile(id),
    pattern: patternOf(id),
    lazy: type === "route" && !overrides,
  };
}

/** `(_islands)` and other `(_…)` folders hold no routes. */
function isHidden(routeDir: string, file: string): boolean {
  return relative(routeDir, file).split(sep).some((step) => step.startsWith("(_"));
}
