import type { BuildCache } from "./build_cache.ts";
import type { Chain } from "./chain.ts";
import type { Command, ErrorTarget } from "./commands.ts";
import { fsCommands } from "./fs_commands.ts";
import { joinPaths } from "./paths.ts";
import { errorRouteHandler, routeMiddleware } from "./route.ts";
import { Router } from "./router.ts";
import { chainTo, type ErrorHandler, newSegment, type NotFoundSlot, segmentAt } from "./segment.ts";
import { type Method, METHODS, type Middleware, type Route } from "./types.ts";

export interface Compiled {
  router: Router;
  /** What a URL without a route, or without the method, runs through. */
  rootChain: Chain;
}

/** Turns the app's calls, in their order, into a router. */
export function compile(
  commands: Command[],
  basePath: string,
  buildCache: BuildCache | null,
  outermost: Chain = [],
): Compiled {
  const root = newSegment();
  const router = new Router();
  const notFound: NotFoundSlot = { handler: null };

  const chain = (scope: string[]) => [...outermost, ...chainTo(segmentAt(root, scope), notFound)];
  const apply = (command: Command): void => {
    switch (command.type) {
      case "use":
        segmentAt(root, command.scope).middlewares.push(...command.middlewares as Chain);
        break;
      case "layout":
        segmentAt(root, command.scope).layout = command.layout;
        break;
      case "appWrapper":
        root.app = command.component;
        break;
      case "notFound":
        notFound.handler = errorHandler(command.route);
        break;
      case "onError":
        segmentAt(root, command.scope).onError = errorHandler(command.route);
        break;
      case "handler": {
        const { scope, path, methods, middlewares } = command;
        const own = [...chain(scope), ...middlewares as Chain];
        for (const method of methods) router.add(method, joinPaths(basePath, path), own);
        break;
      }
      case "route": {
        const { scope, path, route } = command;
        const own = [...chain(scope), routeOrLazy(route)];
        for (const method of methodsOf(route, command.config)) {
          router.add(method, joinPaths(basePath, path), own);
        }
        break;
      }
      case "fsRoutes":
        if (buildCache !== null) fsCommands(buildCache.routes, command.base).forEach(apply);
    }
  };
  commands.forEach(apply);
  return { router, rootChain: chain([]) };
}

/** An eager route with a handler object answers exactly its methods; every other route is asked at run time. */
function methodsOf(
  route: Route<unknown> | (() => Promise<Route<unknown>>),
  config: Route<unknown>["config"],
): readonly Method[] {
  if (typeof route === "function") return Array.isArray(config?.methods) ? config.methods : METHODS;
  if (typeof route.handler !== "object") return METHODS;
  const methods = METHODS.filter((method) => method in (route.handler as object));
  if (route.component !== undefined && !methods.includes("GET")) return ["GET", ...methods];
  return methods.length === 0 ? METHODS : methods;
}

function routeOrLazy(route: Route<unknown> | (() => Promise<Route<unknown>>)): Middleware<unknown> {
  if (typeof route !== "function") return routeMiddleware(route);
  return async (ctx) => await routeMiddleware(await route())(ctx);
}

function errorHandler(target: ErrorTarget): ErrorHandler {
  if (typeof target !== "function") return errorRouteHandler(target);
  return async (ctx, status) => {
    const result: unknown = await target(ctx);
    if (result instanceof Response) return result;
    if (typeof result === "function") return await result(ctx);
    return await errorRouteHandler(result as Route<unknown>)(ctx, status);
  };
}
