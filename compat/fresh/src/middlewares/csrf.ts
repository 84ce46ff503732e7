import type { Context } from "../app/context.ts";
import type { Middleware } from "../app/types.ts";
import { HttpError } from "../shared/http_error.ts";

export interface CsrfOptions<State> {
  /** Origins that may send changes; by default only our own. */
  origin?: string | string[] | ((origin: string, ctx: Context<State>) => boolean);
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const SAFE_SITES = new Set(["same-origin", "none"]);

/** Refuses changes that another site's page sent. A request with neither header, such as curl's, passes. */
export function csrf<State>({ origin }: CsrfOptions<State> = {}): Middleware<State> {
  return async (ctx) => {
    const { method, headers } = ctx.req;
    const site = headers.get("sec-fetch-site");
    const from = headers.get("origin");
    if (SAFE_METHODS.has(method) || (site === null && from === null)) return await ctx.next();
    if (site !== null && SAFE_SITES.has(site)) return await ctx.next();
    if (from !== null && isAllowed(from, ctx, origin)) return await ctx.next();
    throw new HttpError(403);
  };
}

function isAllowed<State>(from: string, ctx: Context<State>, origin: CsrfOptions<State>["origin"]): boolean {
  if (typeof origin === "function") return origin(from, ctx);
  if (origin === undefined) return from === ctx.url.origin;
  return [origin].flat().includes(from);
}
