/** The app: preview hosts first, then what every answer of the dashboard has in common, then files and routes. */
import { App, csp, staticFiles } from "fresh";
import { problemResponse } from "../../lib/http/problem.ts";
import { mayChange } from "../../lib/http/same_origin.ts";
import type { Services } from "../../lib/services.ts";
import { createCompleteAnswer, isForPrograms } from "./complete_answer.ts";
import type { State } from "./define.ts";
import { answerEvents, answerPreviews, answerStatus, withFront } from "./front.ts";

export function createApp(services: Services): App<State> {
  const { config } = services;
  const ownOrigin = new URL(config.publicUrl).origin;
  const complete = createCompleteAnswer(services);
  const preview = answerPreviews(services);
  const app = new App<State>()
    .use(async (ctx) => {
      services.inFlight.track(Promise.resolve(ctx.info.completed));
      return await (preview(ctx.req, ctx.info) ?? ctx.next());
    })
    .use((ctx) => complete(ctx.req, ctx.url.pathname, () => ctx.next()))
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
  return withFront(app, services, (longWay) => [
    preview,
    answerStatus(services, longWay),
    answerEvents(services, complete),
  ]);
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
    return res;
  };
}
