/** The app: preview hosts first, then what every answer of the dashboard has in common, then files and routes. */
import { App, csp, HttpError, staticFiles } from "fresh";
import { requestLine } from "../../lib/http/request_log.ts";
import { withCors } from "../../lib/http/cors.ts";
import { problemResponse } from "../../lib/http/problem.ts";
import { mayChange } from "../../lib/http/same_origin.ts";
import { StorageUnavailable } from "../../lib/kv/commit.ts";
import { logError } from "../../lib/log.ts";
import type { Services } from "../../lib/services.ts";
import type { State } from "./define.ts";
import { createAnswerPreview, withFront } from "./front.ts";

export function createApp(services: Services): App<State> {
  const { config } = services;
  const ownOrigin = new URL(config.publicUrl).origin;
  const answerPreview = createAnswerPreview(services);
  const app = new App<State>()
    .use(async (ctx) => {
      const preview = answerPreview(ctx.req, ctx.info);
      if (preview !== null) return await preview;
      services.inFlight.track(Promise.resolve(ctx.info.completed));
      return await ctx.next();
    })
    .use(async (ctx) => {
      const startedAt = Date.now();
      const programs = isForPrograms(ctx.url.pathname);
      // Read now: after an upgrade to WebSocket the request's headers throw.
      const origin = ctx.req.headers.get("origin");
      let res: Response;
      try {
        res = await ctx.next();
      } catch (error) {
        if (!programs) throw error;
        res = problemOf(error);
      }
      // An upgrade is out of our hands: whatever throws after it would end the process.
      if (res.status === 101) return res;
      if (programs) res = asProblem(res);
      // A5: also on what was refused before the endpoint itself was reached.
      if (isShared(ctx.url.pathname)) res = withCors(res, origin, services.allowedOrigins);
      if (!isQuiet(ctx.url.pathname)) {
        const { method, url } = ctx.req;
        console.log(requestLine({ method, url, status: res.status, startedAt, now: Date.now() }));
      }
      return res;
    })
    .use(secured(services))
    .use(staticFiles())
    .use(async (ctx) => {
      ctx.state.services = services;
      ctx.state.identity = await services.identify(ctx.req);
      const { method, headers } = ctx.req;
      const allowed = mayChange({
        method,
        secFetchSite: headers.get("sec-fetch-site"),
        origin: headers.get("origin"),
        ownOrigin,
        hasApiToken: ctx.state.identity?.via === "token",
      });
      // Webhooks prove themselves by their signature; the ticket endpoint has CORS of its own.
      if (!allowed && !ctx.url.pathname.startsWith("/webhooks/")) {
        return problemResponse("cross_site_request");
      }
      const res = await ctx.next();
      const { setCookie } = ctx.state.identity ?? {};
      if (setCookie !== undefined && res.status !== 101) res.headers.append("set-cookie", setCookie);
      return res;
    })
    .fsRoutes();
  return withFront(app, services, answerPreview);
}

const isForPrograms = (path: string) => /^\/(?:api|webhooks)(?:\/|$)/.test(path);
/** The endpoints that pages of other origins may use. */
const isShared = (path: string) => /^\/api\/apps\/[^/]+\/(?:events|ticket)\/?$/.test(path);
/** Asked for so often that a line each would hide the others. */
const isQuiet = (path: string) =>
  /^\/(?:_fresh\/|_frsh\/|healthz$|readyz$|api\/apps\/[^/]+\/status$)/.test(path);

function problemOf(error: unknown): Response {
  if (error instanceof HttpError && error.status === 404) return problemResponse("not_found");
  if (error instanceof HttpError && error.status === 405) return problemResponse("method_not_allowed");
  logError("request-failed", error);
  return problemResponse(error instanceof StorageUnavailable ? "storage_unavailable" : "internal_error");
}

/** B8: programs get a problem where people would get a page. */
function asProblem(res: Response): Response {
  const isPage = res.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (res.status === 404 && isPage) return problemResponse("not_found");
  if (res.status === 405) return problemResponse("method_not_allowed");
  return res;
}

/** X16: what the dashboard's own pages may load, and who may frame them. */
function secured(services: Services) {
  const { publicUrl, previewDomain } = services.config;
  const { protocol, host } = new URL(publicUrl);
  const previews = `${protocol}//*.${previewDomain}`;
  const policy = csp({
    useNonce: true,
    csp: [
      "style-src 'self'",
      "img-src 'self' data:",
      // Older browsers do not count the WebSocket of the same host as 'self'.
      `connect-src 'self' ${protocol.replace("http", "ws")}//${host} ${previews}`,
      `frame-src 'self' ${previews}`,
      "frame-ancestors 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "object-src 'none'",
    ],
  });
  return async (ctx: Parameters<typeof policy>[0]) => {
    // What no browser shows needs no policy.
    const res = await (isForPrograms(ctx.url.pathname) ? ctx.next() : policy(ctx));
    if (res.status === 101) return res;
    const { headers } = res;
    const value = headers.get("content-security-policy");
    // Over plain http this would send the browser to an https that is not there.
    if (value && protocol === "http:") {
      headers.set("content-security-policy", value.replace(/;?\s*upgrade-insecure-requests/, ""));
    }
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "same-origin");
    return res;
  };
}
