/**
 * `fresh`: the part of `@fresh/core` 2.3 that Wakelight uses, made of npm packages only.
 * It stands in while JSR cannot be reached; FRESH.md lists the behaviour that both share.
 * @module
 */
export { App } from "./src/app/app.ts";
export type { ListenOptions } from "./src/app/listen.ts";
export type { Context, FreshContext } from "./src/app/context.ts";
export { createDefine, type Define } from "./src/app/define.ts";
export { page } from "./src/app/page.ts";
export { HttpError } from "./src/shared/http_error.ts";
export { cors, type CORSOptions } from "./src/middlewares/cors.ts";
export { csp, type CSPOptions } from "./src/middlewares/csp.ts";
export { csrf, type CsrfOptions } from "./src/middlewares/csrf.ts";
export { staticFiles } from "./src/middlewares/static_files.ts";
export { trailingSlashes } from "./src/middlewares/trailing_slashes.ts";
export type { WebSocketHandlers, WebSocketUpgradeOptions } from "./src/app/upgrade.ts";
export type {
  FreshConfig,
  HandlerByMethod,
  HandlerFn,
  Island,
  LayoutConfig,
  Lazy,
  MaybeLazy,
  Method,
  Middleware,
  MiddlewareFn,
  PageProps,
  PageResponse,
  ResolvedFreshConfig,
  RouteConfig,
  RouteData,
  RouteHandler,
} from "./src/app/types.ts";
