import type { Layout } from "./internals.ts";
import type {
  AnyComponent,
  MaybeLazyMiddleware,
  Method,
  Middleware,
  PageProps,
  Route,
  RouteConfig,
} from "./types.ts";

type Component = AnyComponent<PageProps<unknown, unknown>>;

/** One call on an App, kept until `handler()` turns the list into a router. The order is the meaning. */
export type Command =
  | { type: "use"; scope: string[]; middlewares: MaybeLazyMiddleware<unknown>[] }
  | { type: "layout"; scope: string[]; layout: Layout }
  | { type: "appWrapper"; component: Component }
  | { type: "notFound"; route: ErrorTarget }
  | { type: "onError"; scope: string[]; route: ErrorTarget }
  | {
    type: "handler";
    scope: string[];
    path: string;
    methods: readonly Method[];
    middlewares: MaybeLazyMiddleware<unknown>[];
  }
  | {
    type: "route";
    scope: string[];
    path: string;
    route: Route<unknown> | (() => Promise<Route<unknown>>);
    config?: RouteConfig;
  }
  | { type: "fsRoutes"; base: string };

/** A route, or a middleware, or either one lazily. */
export type ErrorTarget = Route<unknown> | Middleware<unknown> | (() => Promise<Route<unknown>>);
