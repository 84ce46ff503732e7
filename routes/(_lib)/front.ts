/**
 * What is asked for before the app is: a preview, or a status that needs no more than the store (see
 * `lib/preview/status_path.ts`). Everything else is the app's.
 */
import type { App } from "fresh";
import { shownBy } from "../../lib/auth/shown.ts";
import { readHost } from "../../lib/proxy/host.ts";
import { unknownHost } from "../../lib/proxy/problem_page.ts";
import type { Services } from "../../lib/services.ts";
import type { State } from "./define.ts";

/** The app's id in `http://host/api/apps/ID/status`: without a query, and as nobody would write it who means more. */
const STATUS = /^https?:\/\/[^/]+\/api\/apps\/([^/?#]+)\/status$/;

/** As the long way has them. */
const STATUS_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** Answers what came to a preview's host, or to one that no preview can have; null for the dashboard's own. */
export function answerPreview(
  services: Services,
  req: Request,
  info: Deno.ServeHandlerInfo,
): Promise<Response> | Response | null {
  const { previewDomain, publicUrl } = services.config;
  const host = readHost(req.headers.get("host"), previewDomain, publicUrl);
  if (host.kind === "other") return null;
  services.inFlight.track(Promise.resolve(info.completed));
  return host.kind === "preview" ? services.proxy(req, info, host.appId) : unknownHost(req, publicUrl);
}

/**
 * The same app, whose handler asks this first. It only saves time: where an app is served in another way than by its own
 * handler, mounted in the development server's for one, its middleware and routes say the same.
 */
export function withFront(app: App<State>, services: Services): App<State> {
  const secure = services.config.publicUrl.startsWith("https:");
  const handler = app.handler.bind(app);

  /** Null where the long way has to be taken; there it is told, too, that the store is away. */
  async function status(req: Request): Promise<Response | null> {
    const id = req.method === "GET" ? STATUS.exec(req.url)?.[1] : undefined;
    const shown = id === undefined ? null : shownBy(req, secure);
    if (shown === null) return null;
    const answer = await services.statusPath(shown, id!).catch(() => null);
    return answer === null ? null : new Response(answer, { headers: STATUS_HEADERS });
  }

  app.handler = () => {
    const longWay = handler();
    return async (req, info) => {
      const preview = info ? answerPreview(services, req, info) : null;
      return await preview ?? await status(req) ?? await longWay(req, info);
    };
  };
  return app;
}
