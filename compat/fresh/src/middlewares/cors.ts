import type { Context } from "../app/context.ts";
import type { Middleware } from "../app/types.ts";

export interface CORSOptions<State> {
  /** "*", one origin, a list, or a function that names the origin to allow for a request's own. */
  origin?:
    | string
    | string[]
    | ((requestOrigin: string, ctx: Context<State>) => string | undefined | null);
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  /** Seconds that a browser may remember a preflight for. */
  maxAge?: number;
  credentials?: boolean;
}

const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

/** Cross-origin headers; preflights are answered here. Errors that are thrown past it carry none of them. */
export function cors<State>(options: CORSOptions<State> = {}): Middleware<State> {
  const { origin = "*", allowMethods = DEFAULT_METHODS, credentials = false, maxAge } = options;
  const allowHeaders = options.allowHeaders ?? [];
  const exposeHeaders = options.exposeHeaders ?? [];

  return async (ctx) => {
    const allowed = allowedOrigin(origin, ctx);
    const preflight = ctx.req.method === "OPTIONS";
    const response = preflight ? new Response(null, { status: 204 }) : await ctx.next();
    const { headers } = response;
    if (allowed) headers.set("Access-Control-Allow-Origin", allowed);
    if (origin !== "*") headers.append("Vary", "Origin");
    if (credentials) headers.set("Access-Control-Allow-Credentials", "true");
    if (exposeHeaders.length > 0) headers.set("Access-Control-Expose-Headers", exposeHeaders.join(","));
    if (!preflight) return response;

    if (maxAge !== undefined) headers.set("Access-Control-Max-Age", String(maxAge));
    if (allowMethods.length > 0) headers.set("Access-Control-Allow-Methods", allowMethods.join(","));
    const asked = ctx.req.headers.get("Access-Control-Request-Headers");
    const wanted = allowHeaders.length > 0 ? allowHeaders : asked?.split(/\s*,\s*/) ?? [];
    if (wanted.length > 0) {
      headers.set("Access-Control-Allow-Headers", wanted.join(","));
      headers.append("Vary", "Access-Control-Request-Headers");
    }
    return response;
  };
}

function allowedOrigin<State>(
  origin: NonNullable<CORSOptions<State>["origin"]>,
  ctx: Context<State>,
): string | null | undefined {
  const own = ctx.req.headers.get("Origin") ?? "";
  if (typeof origin === "function") return origin(own, ctx);
  if (typeof origin === "string") return origin;
  return origin.includes(own) ? own : null;
}
