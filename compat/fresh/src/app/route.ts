import { vnodeOf } from "../render/async_component.ts";
import { pageProps } from "../render/page_props.ts";
import type { Context } from "./context.ts";
import { internalsOf } from "./internals.ts";
import type { ErrorHandler } from "./segment.ts";
import type { HandlerFn, Method, Middleware, PageResponse, Route } from "./types.ts";

type Handler = HandlerFn<unknown, unknown>;

/** What a route does for a request. A method that its handler object lacks goes on to the next, that is to 404. */
export function routeMiddleware(route: Route<unknown>): Middleware<unknown> {
  return (ctx) => {
    const handler = handlerFor(route, ctx.req.method as Method);
    if (handler === null) return ctx.next();
    return runRoute(ctx, route, handler, 200);
  };
}

/** A route for errors answers whatever the method is: with its handler, or else with its component. */
export function errorRouteHandler(route: Route<unknown>): ErrorHandler {
  return (ctx, status) => {
    const handler = handlerFor(route, ctx.req.method as Method) ?? showComponent;
    return runRoute(ctx, route, handler, status);
  };
}

const showComponent: Handler = () => ({ data: undefined });

function handlerFor({ handler, component }: Route<unknown>, method: Method): Handler | null {
  if (typeof handler === "function") return handler;
  if (handler === undefined) return component === undefined ? null : showComponent;
  const found = handler[method] ?? (method === "HEAD" ? handler.GET : undefined);
  if (found !== undefined) return found;
  return component !== undefined && (method === "GET" || method === "HEAD") ? showComponent : null;
}

async function runRoute(
  ctx: Context<unknown>,
  { component, config }: Route<unknown>,
  handler: Handler,
  defaultStatus: number,
): Promise<Response> {
  const internals = internalsOf(ctx);
  if (config?.skipAppWrapper) internals.app = null;
  if (config?.skipInheritedLayouts) internals.layouts = [];
  const result = await handler(ctx);
  if (result instanceof Response) return result;
  if (!isPageResponse(result)) throw new Error("Expected a Response or page data from the route's handler");
  if (component === undefined) throw new Error("Cannot draw page data: the route has no component");
  ctx.data = result.data;
  const init = { status: result.status ?? defaultStatus, headers: result.headers };
  const vnode = await vnodeOf(component, pageProps(ctx, ctx.data));
  return vnode instanceof Response ? vnode : await ctx.render(vnode, init);
}

function isPageResponse(value: unknown): value is PageResponse<unknown> {
  return typeof value === "object" && value !== null && "data" in value;
}
