import { type FunctionComponent, isValidElement } from "preact";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { type RenderConfig, renderPage } from "../render/render_page.ts";
import { attachInternals } from "./internals.ts";
import type { BuildCache } from "./build_cache.ts";
import { redirectLocation } from "./redirect.ts";
import { bodyFrom, type StreamSource } from "./stream.ts";
import type { ResolvedFreshConfig } from "./types.ts";
import {
  isHandlers,
  listenTo,
  upgrade,
  type WebSocketHandlers,
  type WebSocketUpgradeOptions,
} from "./upgrade.ts";

export interface ContextInit {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  buildCache: BuildCache | null;
}

/** One request on its way through middlewares and handlers. */
export class Context<State> {
  Component: FunctionComponent = () => null;
  readonly config: ResolvedFreshConfig;
  /** What the handler gave its page. */
  data: unknown = undefined;
  /** The error on its way out; null until it has passed one middleware or handler. */
  error: unknown = null;
  readonly info: Deno.ServeHandlerInfo;
  readonly isPartial: boolean;
  /** Runs the rest of the chain. */
  next: () => Promise<Response> = () => Promise.reject(new Error("Cannot go on: the chain has not started"));
  /** Decoded values of the pattern's groups; a missing optional one is "". */
  readonly params: Record<string, string>;
  readonly req: Request;
  /** The pattern that matched, or null. */
  readonly route: string | null;
  state: State = {} as State;
  /** As `req.url`, but normalised. */
  readonly url: URL;

  constructor(init: ContextInit) {
    this.config = init.config;
    this.info = init.info;
    this.isPartial = init.url.searchParams.has("fresh-partial");
    this.params = init.params;
    this.req = init.req;
    this.route = init.route;
    this.url = init.url;
    attachInternals(this, init.buildCache);
  }

  redirect(pathOrUrl: string, status = 302): Response {
    return new Response(null, { status, headers: { location: redirectLocation(pathOrUrl, this.isPartial) } });
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  // deno-lint-ignore no-explicit-any -- the signature of Response.json
  json(content: any, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Streams without a content type of its own: give one in `init`. */
  stream(source: StreamSource, init?: ResponseInit): Response {
    return new Response(bodyFrom(source), init);
  }

  /** @throws {HttpError} 400 when the request does not ask for a WebSocket. */
  upgrade(options?: WebSocketUpgradeOptions): Deno.WebSocketUpgrade;
  upgrade(handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): Response;
  upgrade(
    first?: WebSocketHandlers | WebSocketUpgradeOptions,
    options?: WebSocketUpgradeOptions,
  ): Deno.WebSocketUpgrade | Response {
    if (!isHandlers(first)) return upgrade(this.req, first);
    const { socket, response } = upgrade(this.req, options);
    listenTo(socket, first);
    return response;
  }

  /** Draws `vnode` inside the layouts and the app wrapper of this route. */
  async render(
    vnode: AnyVNode | null,
    init: ResponseInit = {},
    config: RenderConfig = {},
  ): Promise<Response> {
    if (arguments.length === 0) {
      throw new Error("Cannot render: no arguments given, expected a VNode or null");
    }
    if (vnode !== null && !isValidElement(vnode)) throw new Error("Cannot render: not a VNode");
    return await renderPage(this, vnode, init, config);
  }
}

/** @deprecated Use {@link Context}. */
export type FreshContext<State = unknown> = Context<State>;
