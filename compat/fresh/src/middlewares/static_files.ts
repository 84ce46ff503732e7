import type { StaticFile } from "../app/build_cache.ts";
import type { Context } from "../app/context.ts";
import { internalsOf } from "../app/internals.ts";
import type { Middleware } from "../app/types.ts";
import { ASSET_PARAM, JS_FOLDER } from "../shared/build_id.ts";

const IMMUTABLE = "public, max-age=31536000, immutable";
const ALWAYS_FRESH = "no-cache, no-store, max-age=0, must-revalidate";

/** Serves the static folder and the client code. A file shadows a route of the same path. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { buildCache } = internalsOf(ctx);
    const { basePath, mode } = ctx.config;
    const { pathname, searchParams } = ctx.url;
    if (buildCache === null || !isBelow(pathname, basePath)) return await ctx.next();
    const path = decodePath(pathname.slice(basePath.length));
    if (path === null || path === "/" || path === "") return await ctx.next();

    const pinned = searchParams.get(ASSET_PARAM);
    const file = await buildCache.readFile(path);
    if (file === null) {
      // Browsers ask for it unasked; an error page would be wasted on them.
      return path === "/favicon.ico" ? new Response(null, { status: 404 }) : await ctx.next();
    }
    const { method } = ctx.req;
    if (method !== "GET" && method !== "HEAD") {
      return await withoutFile(file, new Response("Method Not Allowed", { status: 405 }));
    }
    if (pinned !== null && pinned !== buildCache.buildId) return await withoutFile(file, toCurrent(ctx));

    const immutable = mode === "production" &&
      (pinned !== null || path.startsWith(`${JS_FOLDER}${buildCache.buildId}/`));
    const headers = new Headers({
      "Content-Type": file.contentType,
      "Cache-Control": immutable ? IMMUTABLE : ALWAYS_FRESH,
      "vary": "If-None-Match",
    });
    if (mode === "production" && file.hash !== null) {
      const etag = `W/"${file.hash}"`;
      headers.set("Etag", etag);
      if (matches(ctx.req.headers.get("If-None-Match"), etag)) {
        return await withoutFile(file, new Response(null, { status: 304, headers }));
      }
    }
    headers.set("Content-Length", String(file.size));
    if (method === "HEAD") return await withoutFile(file, new Response(null, { headers }));
    return new Response(file.body, { headers });
  };
}

/** Closes the file that the answer does not need. */
async function withoutFile(file: StaticFile, response: Response): Promise<Response> {
  await file.body.cancel();
  return response;
}

/** A URL pinned to an older build goes to the file as it is now. */
function toCurrent(ctx: Context<unknown>): Response {
  const url = new URL(ctx.url);
  url.searchParams.delete(ASSET_PARAM);
  return new Response(null, { status: 307, headers: { location: url.pathname + url.search } });
}

function isBelow(pathname: string, basePath: string): boolean {
  return pathname.startsWith(`${basePath}/`);
}

function decodePath(pathname: string): string | null {
  try {
    return decodeURI(pathname);
  } catch {
    return null;
  }
}

/** Weak comparison: a proxy that compresses may have dropped or added the W/. */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return header.split(",").some((tag) => tag.trim() === "*" || bare(tag) === bare(etag));
}
