/**
 * What goes before the app, because it is no page and no route of it: requests to preview hosts, and the fast path to a
 * status (`lib/preview/status_path.ts`). Everything else is the app's.
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

/** The same app, whose handler asks first what is asked for. */
export function withFront(app: App<State>, services: Services): App<State> {
  const { previewDomain, publicUrl } = services.config;
  const secure = publicUrl.startsWith("https:");
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
      if (info) services.inFlight.track(Promise.resolve(info.completed));
      const host = readHost(req.headers.get("host"), previewDomain, publicUrl);
      if (host.kind === "preview") return await services.proxy(req, info ?? NOBODY, host.appId);
      if (host.kind === "refused") return unknownHost(req, publicUrl);
      return await status(req) ?? await longWay(req, info);
    };
  };
  return app;
}

/** Who asks in a test. */
const NOBODY: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
  completed: Promise.resolve(),
};
