import { HttpError } from "../shared/http_error.ts";
import { setBuildId } from "../shared/build_id.ts";
import { type BuildCache, buildCacheOf } from "./build_cache.ts";
import { type Chain, runChain } from "./chain.ts";
import type { Command, ErrorTarget } from "./commands.ts";
import { compile } from "./compile.ts";
import { Context } from "./context.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { mounted } from "./mount.ts";
import { isRoot, scopeOf } from "./paths.ts";
import { requestUrl } from "./request_url.ts";
import { errorResponse, withoutBody } from "./respond.ts";
import {
  type AnyComponent,
  type FreshConfig,
  type LayoutConfig,
  type MaybeLazy,
  type MaybeLazyMiddleware,
  type Method,
  METHODS,
  type Middleware,
  type PageProps,
  type ResolvedFreshConfig,
  type Route,
  type RouteConfig,
} from "./types.ts";
import type { WebSocketHandlers, WebSocketUpgradeOptions } from "./upgrade.ts";

type Component<State> = AnyComponent<PageProps<unknown, State>>;

const TEST_INFO: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

/** Collects routes and middlewares, and turns them into a request handler. */
export class App<State> {
  config: ResolvedFreshConfig;
  #commands: Command[] = [];
  /** Middlewares of the dev server, outside of everything else. */
  #outermost: Chain = [];

  static commandsOf: (app: App<unknown>) => Command[];
  static wrap: (app: App<unknown>, chain: Chain) => void;
  static {
    // For mountApp and the dev server; not for users, so not methods of an app.
    this.commandsOf = (app) => app.#commands;
    this.wrap = (app, chain) => app.#outermost.push(...chain);
  }

  constructor(config: FreshConfig = {}) {
    this.config = {
      root: ".",
      basePath: isRoot(config.basePath ?? "") ? "" : config.basePath!.replace(/\/+$/, ""),
      mode: config.mode ?? "production",
      trustProxy: config.trustProxy ?? false,
    };
  }

  use(...middlewares: MaybeLazyMiddleware<State>[]): this;
  use(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this;
  use(first: string | MaybeLazyMiddleware<State>, ...rest: MaybeLazyMiddleware<State>[]): this {
    return typeof first === "string"
      ? this.#add({ type: "use", scope: scopeOf(first), middlewares: anyState(rest) })
      : this.#add({ type: "use", scope: [], middlewares: anyState([first, ...rest]) });
  }

  get(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["GET"], path, middlewares);
  }
  post(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["POST"], path, middlewares);
  }
  put(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["PUT"], path, middlewares);
  }
  patch(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["PATCH"], path, middlewares);
  }
  delete(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["DELETE"], path, middlewares);
  }
  head(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(["HEAD"], path, middlewares);
  }
  all(path: string, ...middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#on(METHODS, path, middlewares);
  }

  /** A GET route that is a WebSocket. */
  ws(path: string, handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  route(path: string, route: MaybeLazy<Route<State>>, config?: RouteConfig): this {
    return this.#add({ type: "route", scope: scopeOf(path), path, route: route as Route<unknown>, config });
  }

  layout(path: string, component: Component<State>, config?: LayoutConfig): this {
    const layout = { component: component as Component<unknown>, config };
    return this.#add({ type: "layout", scope: scopeOf(path), layout });
  }

  appWrapper(component: Component<State>): this {
    return this.#add({ type: "appWrapper", component: component as Component<unknown> });
  }

  /** For every 404 of the app, wherever this stands. A component alone answers with status 200: give a handler. */
  notFound(route: MaybeLazy<Route<State>> | Middleware<State>): this {
    return this.#add({ type: "notFound", route: route as ErrorTarget });
  }

  onError(path: string, route: MaybeLazy<Route<State>> | Middleware<State>): this {
    return this.#add({ type: "onError", scope: scopeOf(path), route: route as ErrorTarget });
  }

  /** Adds the routes of the `routes/` folder, here in the order. Nothing without a build. */
  fsRoutes(pattern = "*"): this {
    return this.#add({ type: "fsRoutes", base: pattern });
  }

  /** Takes over the routes of another app below `path`; its `notFound` and `appWrapper` then hold for the whole. */
  mountApp(path: string, app: App<State>): this {
    const base = { path, inner: app.config.basePath };
    this.#commands.push(...app.#commands.map((command) => mounted(command, base)));
    return this;
  }

  /** The routes as they stand now. Set the build before. */
  handler(): (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const buildCache = buildCacheOf(this);
    if (buildCache !== null) setBuildId(buildCache.buildId);
    const { router, rootChain } = compile(this.#commands, this.config.basePath, buildCache, this.#outermost);

    return async (req, info = TEST_INFO) => {
      const url = requestUrl(req, this.config.trustProxy);
      // Outside of the try below: a malformed escape in a group is not ours to draw an error page for.
      const match = router.match(url);
      const method = req.method as Method;
      const methods = match?.entry.methods;
      const own = methods?.get(method) ?? (method === "HEAD" ? methods?.get("GET") : undefined);
      const ctx = this.#context(req, url, info, buildCache, match);
      try {
        const end = terminal(method, own === undefined ? methods : undefined);
        const response: unknown = await runChain(own ?? rootChain, ctx, end);
        if (!(response instanceof Response)) throw new Error("Expected a Response from the handler");
        return method === "HEAD" ? withoutBody(response) : response;
      } catch (error) {
        return errorResponse(error);
      }
    };
  }

  // deno-lint-ignore require-await -- a failing bind must reject, not throw
  async listen(options: ListenOptions = {}): Promise<void> {
    listen(this.handler(), options, this.config.basePath);
  }

  #context(
    req: Request,
    url: URL,
    info: Deno.ServeHandlerInfo,
    buildCache: BuildCache | null,
    match: ReturnType<ReturnType<typeof compile>["router"]["match"]>,
  ): Context<unknown> {
    return new Context({
      req,
      url,
      info,
      buildCache,
      config: this.config,
      route: match?.entry.path ?? null,
      params: match?.params ?? Object.create(null),
    });
  }

  #on(methods: readonly Method[], path: string, middlewares: MaybeLazyMiddleware<State>[]): this {
    return this.#add({
      type: "handler",
      scope: scopeOf(path),
      path,
      methods,
      middlewares: anyState(middlewares),
    });
  }

  #add(command: Command): this {
    this.#commands.push(command);
    return this;
  }
}

/** What answers where no handler does: 404, or for a known path with another method 405, or its OPTIONS. */
function terminal(method: Method, methods: Map<Method, Chain> | undefined): () => Promise<Response> {
  if (methods === undefined) return () => Promise.reject(new HttpError(404));
  if (method !== "OPTIONS") return () => Promise.reject(new HttpError(405));
  const allow = [...methods.keys()].join(", ");
  return () => Promise.resolve(new Response(null, { status: 204, headers: { allow } }));
}

function anyState<State>(middlewares: MaybeLazyMiddleware<State>[]): MaybeLazyMiddleware<unknown>[] {
  return middlewares as MaybeLazyMiddleware<unknown>[];
}
