/** Puts the fast path to a status before the app: see `lib/preview/status_path.ts`. */
import type { App } from "fresh";
import { shownBy } from "../../lib/auth/shown.ts";
import { readHost } from "../../lib/proxy/host.ts";
import type { Services } from "../../lib/services.ts";
import type { State } from "./define.ts";

/** The app's id in `http://host/api/apps/ID/status`: without a query, and as nobody would write it who means more. */
const STATUS = /^https?:\/\/[^/]+\/api\/apps\/([^/?#]+)\/status$/;

/** As the long way has them. */
const HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** The same app, whose handler answers a plain question for a status by itself. */
export function withStatusPath(app: App<State>, { config, statusPath }: Services): App<State> {
  const secure = config.publicUrl.startsWith("https:");
  const handler = app.handler.bind(app);

  app.handler = () => {
    const longWay = handler();
    return async (req, info) => {
      const id = req.method === "GET" ? STATUS.exec(req.url)?.[1] : undefined;
      if (id === undefined) return await longWay(req, info);
      const shown = shownBy(req, secure);
      const host = readHost(req.headers.get("host"), config.previewDomain, config.publicUrl);
      if (shown === null || host.kind !== "other") return await longWay(req, info);
      // A store that is away is told of there, too.
      const answer = await statusPath(shown, id).catch(() => null);
      return answer === null ? await longWay(req, info) : new Response(answer, { headers: HEADERS });
    };
  };
  return app;
}
