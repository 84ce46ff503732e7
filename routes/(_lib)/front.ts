/**
 * What is asked for before the app is: a preview, or a status that needs no more than the store (see
 * `lib/preview/status_path.ts`). Everything else is the app's.
 */
import type { App } from "fresh";
import { type Showing, shownBy } from "../../lib/auth/shown.ts";
import { createHostReader } from "../../lib/proxy/host.ts";
import { unknownHost } from "../../lib/proxy/problem_page.ts";
import { nextTurn } from "../../lib/next_turn.ts";
import type { Services } from "../../lib/services.ts";
import { shared } from "../../lib/shared.ts";
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
export type AnswerPreview = (
  req: Request,
  info: Deno.ServeHandlerInfo,
) => Promise<Response> | Response | null;

export function createAnswerPreview({ config, inFlight, proxy }: Services): AnswerPreview {
  const { previewDomain, publicUrl } = config;
  const readHost = createHostReader(previewDomain, publicUrl);
  return (req, info) => {
    const host = readHost(req.headers.get("host"));
    if (host.kind === "other") return null;
    inFlight.track(Promise.resolve(info.completed));
    return host.kind === "preview" ? proxy(req, info, host.appId) : unknownHost(req, publicUrl);
  };
}

/**
 * The same app, whose handler asks this first. It only saves time: where an app is served in another way than by its own
 * handler, mounted in the development server's for one, its middleware and routes say the same.
 */
export function withFront(app: App<State>, services: Services, answerPreview: AnswerPreview): App<State> {
  const secure = services.config.publicUrl.startsWith("https:");
  const handler = app.handler.bind(app);

  /** Null where the long way has to be taken; there it is told, too, that the store is away. */
  const statusOf = shared(async (_words: string, url: string, showing: Showing): Promise<Response | null> => {
    const id = STATUS.exec(url)?.[1];
    const shown = id === undefined ? null : shownBy(showing, secure);
    const answer = shown && await services.statusPath(shown, id!).catch(() => null);
    return answer === null ? null : new Response(answer, { headers: STATUS_HEADERS });
    // Requests that lie in the sockets come in this turn of the event loop, one after the other.
  }, nextTurn);

  /** Null for what is no question for a status. The answer is for all who ask in the same words: each is sent a copy. */
  function askStatus({ method, url, headers }: Request): Promise<Response | null> | null {
    if (method !== "GET" || !url.endsWith("/status")) return null;
    const authorization = headers.get("authorization");
    const cookie = authorization === null ? headers.get("cookie") : null;
    if (authorization === null && cookie === null) return null;
    return statusOf(`${url}\n${authorization}\n${cookie}`, url, { authorization, cookie });
  }

  app.handler = () => {
    const longWay = handler();
    return (req, info) => {
      const preview = info ? answerPreview(req, info) : null;
      if (preview !== null) return Promise.resolve(preview);
      const status = askStatus(req);
      if (status === null) return longWay(req, info);
      return status.then((answer) => answer === null ? longWay(req, info) : answer.clone());
    };
  };
  return app;
}
