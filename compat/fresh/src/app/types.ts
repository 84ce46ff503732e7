import type { ComponentChildren, FunctionComponent } from "preact";
import type { Context } from "./context.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE" | "HEAD" | "OPTIONS";

/** Every method that a route without a method of its own answers. */
export const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export interface FreshConfig {
  /** Prefix of all routes and static files, for an app that is not served from "/". */
  basePath?: string;
  mode?: "development" | "production";
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host` when building `ctx.url`. */
  trustProxy?: boolean;
}

export interface ResolvedFreshConfig {
  root: string;
  basePath: string;
  mode: "development" | "production";
  trustProxy: boolean;
}

export type Lazy<T> = () => Promise<T>;
export type MaybeLazy<T> = T | Lazy<T>;

export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;
/** @deprecated Use {@link Middleware}. */
export type MiddlewareFn<State> = Middleware<State>;
export type MaybeLazyMiddleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response | Middleware<State>>;

/** What a handler answers when its route's component is to draw the page. */
export interface PageResponse<T> {
  data: T;
  headers?: HeadersInit;
  status?: number;
}

export type HandlerFn<Data, State> = (
  ctx: Context<State>,
) => PageResponse<Data> | Response | Promise<PageResponse<Data> | Response>;
export type HandlerByMethod<Data, State> = { [M in Method]?: HandlerFn<Data, State> };
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;

// deno-lint-ignore no-explicit-any -- inference only: any handler, whatever its state
type AnyFn = (...args: any[]) => unknown;
type DataOfFn<F> = F extends AnyFn
  ? (Awaited<ReturnType<F>> extends infer R ? (R extends { data: infer D } ? D : never)
    : never)
  : never;
/** The data that a route's handlers hand to its page. */
export type RouteData<Handler> = Handler extends AnyFn ? DataOfFn<Handler>
  : { [M in keyof Handler]: DataOfFn<Handler[M]> }[keyof Handler];

export type PageProps<Data = unknown, State = unknown> =
  & Pick<Context<State>, "config" | "info" | "isPartial" | "params" | "req" | "state" | "url" | "route">
  & { Component: FunctionComponent; data: Data; error: unknown };

// Layouts, wrappers and pages may be async functions; they may answer with a Response instead of markup.
export type AnyComponent<Props> = (
  props: Props,
) => ComponentChildren | Response | Promise<ComponentChildren | Response>;

export interface RouteConfig {
  /** Registers the route at this pattern instead of the one of its file name. */
  routeOverride?: string;
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
  /** Methods that a lazy route is registered for. */
  methods?: "ALL" | Method[];
}

export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

export interface Route<State> {
  // deno-lint-ignore no-explicit-any
  component?: AnyComponent<PageProps<any, State>>;
  // deno-lint-ignore no-explicit-any
  handler?: RouteHandler<any, State>;
  config?: RouteConfig;
  css?: string[];
}

/** A component that runs in the browser too. */
export interface Island {
  /** Unique in the app; what the page's markers call it. */
  name: string;
  exportName: string;
  /** Path of its chunk, below the base path. */
  file: string;
  css: string[];
  fn: unknown;
}
