/**
 * What is answered before the app is asked. Previews, since they are no part of the dashboard; and what is asked for by the
 * thousand: a status that needs no more than the store (see `lib/preview/status_path.ts`), and streams of events, which all
 * come back at once after a restart. These two only save time: the app's own routes say the same.
 */
import type { App } from "fresh";
import { type Showing, shownBy } from "../../lib/auth/shown.ts";
import { createHostReader } from "../../lib/proxy/host.ts";
import { unknownHost } from "../../lib/proxy/problem_page.ts";
import { nextTurn } from "../../lib/next_turn.ts";
import type { Services } from "../../lib/services.ts";
import { shared } from "../../lib/shared.ts";
import { type CompleteAnswer, SAFETY_HEADERS } from "./complete_answer.ts";
import type { State } from "./define.ts";

/** Answers what is its own; null for the rest. */
export type FastPath = (req: Request, info: Deno.ServeHandlerInfo) => Promise<Response> | Response | null;

/** What came to a preview's host, or to one that no preview can have. */
export function answerPreviews({ config, proxy }: Services): FastPath {
  const { previewDomain, publicUrl } = config;
  const readHost = createHostReader(previewDomain, publicUrl);
  return (req, info) => {
    const host = readHost(req.headers.get("host"));
    if (host.kind === "other") return null;
    return host.kind === "preview" ? proxy(req, info, host.appId) : unknownHost(req, publicUrl);
  };
}

/** The app's id in `http://host/api/apps/ID/status`: without a query, and as nobody would write it who means more. */
const STATUS = /^https?:\/\/[^/]+\/api\/apps\/([^/?#]+)\/status$/;

/** As the long way has them. */
const STATUS_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  ...SAFETY_HEADERS,
};

/** @param longWay is taken where more has to be known; there it is told, too, that the store is away */
export function answerStatus(
  { config, statusPath }: Services,
  longWay: (req: Request, info: Deno.ServeHandlerInfo) => Promise<Response>,
): FastPath {
  const secure = config.publicUrl.startsWith("https:");

  const statusOf = shared(async (_words: string, url: string, showing: Showing): Promise<Response | null> => {
    const id = STATUS.exec(url)?.[1];
    const shown = id === undefined ? null : shownBy(showing, secure);
    const answer = shown && await statusPath(shown, id!).catch(() => null);
    return answer === null ? null : new Response(answer, { headers: STATUS_HEADERS });
    // Requests that lie in the sockets come in this turn of the event loop, one after the other.
  }, nextTurn);

  return (req, info) => {
    const { method, url, headers } = req;
    if (method !== "GET" || !url.endsWith("/status")) return null;
    const authorization = headers.get("authorization");
    const cookie = authorization === null ? headers.get("cookie") : null;
    if (authorization === null && cookie === null) return null;
    // The answer is for all who ask in the same words: each is sent a copy.
    return statusOf(`${url}\n${authorization}\n${cookie}`, url, { authorization, cookie })
      .then((answer) => answer === null ? longWay(req, info) : answer.clone());
  };
}

/** `/api/apps/ID/events`, and the id in it: both need no decoding. */
const EVENTS = /^https?:\/\/[^/]+(\/api\/apps\/([\w-]+)\/events)(?:\?|$)/;

/** A1: without routing, middleware and a look at who else the request might come from than its ticket says. */
export function answerEvents({ events }: Services, complete: CompleteAnswer): FastPath {
  return (req, info) => {
    const [, path, id] = req.method === "GET" ? EVENTS.exec(req.url) ?? [] : [];
    if (path === undefined) return null;
    const upgrade = (options: Deno.UpgradeWebSocketOptions) => Deno.upgradeWebSocket(req, options);
    return complete(req, path, () => events(req, id, upgrade, info.remoteAddr));
  };
}

/**
 * The same app, whose handler asks these first. Where an app is served in another way than by its own handler, mounted in the
 * development server's for one, its middleware and routes have to do without.
 */
export function withFront(
  app: App<State>,
  services: Services,
  paths: (longWay: (req: Request, info: Deno.ServeHandlerInfo) => Promise<Response>) => readonly FastPath[],
): App<State> {
  const { inFlight } = services;
  const handler = app.handler.bind(app);
  app.handler = () => {
    const longWay = handler();
    const fastPaths = paths(longWay);
    return (req, info) => {
      if (!info) return longWay(req, info);
      // Asked for now: after an upgrade to WebSocket nobody would ever hear of it.
      const { completed } = info;
      for (const path of fastPaths) {
        const answer = path(req, info);
        if (answer === null) continue;
        inFlight.track(Promise.resolve(completed));
        return Promise.resolve(answer);
      }
      return longWay(req, info);
    };
  };
  return app;
}
