import type { MaybeLazyMiddleware, Route } from "./types.ts";

/** What a file below `routes/` exports. */
export type RouteModule = Record<string, unknown>;

/** @throws when the module exports nothing that a route is made of, or a handler of the Fresh 1 kind. */
export function routeIn(module: RouteModule, id: string): Route<unknown> {
  const handler = module.handler ?? module.handlers;
  const { default: component, config, css } = module;
  if (handler === undefined && component === undefined && config === undefined && css === undefined) {
    throw new Error(`Could not find relevant exports in: ${id}`);
  }
  if (typeof handler === "function" && handler.length > 1) {
    throw new Error(
      `Cannot use the handler of ${id}: it takes more than one parameter, expected only a context`,
    );
  }
  return { component, handler, config, css } as Route<unknown>;
}

/** A `_middleware` file's functions; null (and a warning) for handlers by method, which run nowhere. */
export function middlewaresIn(module: RouteModule, id: string): MaybeLazyMiddleware<unknown>[] | null {
  const found = module.handler ?? module.handlers ?? module.default;
  if (found === undefined) throw new Error(`Could not find relevant exports in: ${id}`);
  if (typeof found === "function") return [found as MaybeLazyMiddleware<unknown>];
  if (Array.isArray(found)) return found;
  console.warn(`🍋 ${id}: middleware by method is ignored, export a function or an array of functions`);
  return null;
}
