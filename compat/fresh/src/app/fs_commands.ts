import type { Command, ErrorTarget } from "./commands.ts";
import { isRoot, joinPaths, scopeOf } from "./paths.ts";
import { middlewaresIn, routeIn, type RouteModule } from "./route_module.ts";
import type { Layout } from "./internals.ts";

export type FsRouteType = "app" | "layout" | "middleware" | "error" | "notFound" | "route";

/** One file of the routes folder, as the build found it; the list is sorted. */
export interface FsRoute {
  /** Path below the routes folder without its extension, for messages. */
  id: string;
  type: FsRouteType;
  /** The folders it lies in (groups too), and for an index file therefore its own. */
  scope: string[];
  pattern: string;
  /** Routes load on their first request; special files, and routes with an override, at the start. */
  module: RouteModule | (() => Promise<RouteModule>);
}

/** The calls that the files of the routes folder stand for. */
export function fsCommands(routes: FsRoute[], base: string): Command[] {
  const prefix = scopeOf(base);
  return routes.flatMap((file) => {
    const command = commandFor(file, [...prefix, ...file.scope], base);
    return command === null ? [] : [command];
  });
}

function commandFor(file: FsRoute, scope: string[], base: string): Command | null {
  const { id, module } = file;
  if (typeof module === "function") {
    const path = underBase(base, file.pattern);
    return { type: "route", scope, path, route: once(async () => routeIn(await module(), id)) };
  }
  if (file.type === "middleware") {
    const middlewares = middlewaresIn(module, id);
    return middlewares === null ? null : { type: "use", scope, middlewares };
  }
  const route = routeIn(module, id);
  switch (file.type) {
    case "app":
      return { type: "appWrapper", component: route.component! };
    case "layout":
      return {
        type: "layout",
        scope,
        layout: { component: route.component!, config: route.config } as Layout,
      };
    case "error":
      return { type: "onError", scope, route: route as ErrorTarget };
    case "notFound":
      return { type: "notFound", route: route as ErrorTarget };
    case "route":
      return {
        type: "route",
        scope,
        path: underBase(base, route.config?.routeOverride ?? file.pattern),
        route,
      };
  }
}

function underBase(base: string, pattern: string): string {
  return isRoot(base) ? pattern : joinPaths(base, pattern);
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => loaded ??= load();
}
