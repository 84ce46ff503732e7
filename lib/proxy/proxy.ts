/** The preview host: what happens to a request that came to `<appId>.<previewDomain>`. */
import { originsAllowed } from "../http/cors.ts";
import { problemResponse } from "../http/problem.ts";
import type { AppId } from "../protocol/ids.ts";
import { corsOf } from "./cors.ts";
import { type HeaderMap, headerMap } from "./headers.ts";
import { createPreviewSites } from "./host.ts";
import { forwardHttp } from "./http.ts";
import { createAppClient } from "./http1/client.ts";
import { createLeaveWatch } from "./leaving.ts";
import { pageResponse } from "./page.ts";
import { refusalPage, unknownPage, unreachablePage } from "./problem_page.ts";
import { answerReserved, isReserved } from "./reserved.ts";
import type { PreviewActs, PreviewLookup, PreviewView } from "./upstream.ts";
import { isHotReload, isVitePing, type VisitFacts, visitFacts, wakes } from "./visit.ts";
import { wakePage } from "./wake_page.ts";
import { forwardWebSocket } from "./websocket.ts";

export interface PreviewProxyOptions {
  readonly lookup: PreviewLookup;
  readonly acts: PreviewActs;
  /** `localhost:8000` */
  readonly previewDomain: string;
  /** `http://localhost:8000` */
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  /** The app's page in the dashboard; `<publicUrl>/apps/<appId>` unless told. */
  readonly appPage?: (appId: AppId) => string;
  /** What nobody expected; the visitor is told `internal_error` and no more. */
  readonly report?: (error: unknown) => void;
}

export interface PreviewProxy {
  (req: Request, info: Deno.ServeHandlerInfo, appId: AppId): Promise<Response>;
  /** Closes the connections to apps that wait for another request; what is under way goes on. */
  close(): void;
}

/** What is read of a request once. */
interface Visit {
  readonly req: Request;
  readonly url: URL;
  readonly headers: HeaderMap;
  readonly facts: VisitFacts;
  readonly isVisit: boolean;
}

/**
 * | the app | a page visit | anything else |
 * |---|---|---|
 * | runs | forwarded; a waiting commit is built | forwarded |
 * | does not run | woken, and the wake page (503) | `preview_asleep` (503), and it sleeps on |
 * | is unknown | 404 | 404 |
 */
export function createPreviewProxy(options: PreviewProxyOptions): PreviewProxy {
  const { lookup, acts, publicUrl, report = console.error } = options;
  const dashboard = new URL(publicUrl).origin;
  const allowed = originsAllowed(publicUrl, options.allowedOrigins);
  const siteOf = createPreviewSites(options);
  const client = createAppClient();
  const forwarding = { client, leaving: createLeaveWatch() };
  const appPage = options.appPage ?? ((appId) => `${publicUrl}/apps/${appId}`);

  async function forward(visit: Visit, info: Deno.ServeHandlerInfo, appId: AppId, preview: PreviewView) {
    const { req, url, headers, facts, isVisit } = visit;
    const isSocket = facts.upgrade;
    const isHot = isSocket && isHotReload(facts.path, headers.get("sec-websocket-protocol") ?? null);
    const target = {
      upstream: preview.upstream!,
      dashboard,
      preview: siteOf(appId),
      address: addressOf(info),
      onFrame: isHot ? () => {} : () => acts.touch(appId),
    };
    if (!isHot) acts.touch(appId);
    if (isVisit && preview.pendingBuild) acts.wake(appId).catch(report);
    const response =
      await (isSocket
        ? forwardWebSocket(req, url, headers, target)
        : forwardHttp(req, url, headers, target, forwarding));
    if (response !== null) return response;
    const page = unreachablePage(preview.name, appPage(appId));
    return refusalPage(facts.accept, "preview_unreachable", page, dashboard);
  }

  async function rouse(
    { req, facts, isVisit }: Visit,
    appId: AppId,
    preview: PreviewView,
  ): Promise<Response> {
    await req.body?.cancel();
    if (!isVisit) {
      // Vite's client takes any answer for its server and reloads the page, which would be a visit. A redirect that `fetch`
      // may not follow is an error to it, so it goes on asking until the app is awake.
      if (isVitePing(facts.accept)) {
        return new Response(null, {
          status: 307,
          headers: { location: "about:blank", "cache-control": "no-store" },
        });
      }
      return problemResponse("preview_asleep", undefined, { "retry-after": "10" });
    }
    await acts.wake(appId);
    const page = wakePage({ name: preview.name, state: preview.state, dashboardUrl: appPage(appId) });
    return pageResponse(503, page, dashboard, { "retry-after": "1" });
  }

  async function answer(
    req: Request,
    headers: HeaderMap,
    info: Deno.ServeHandlerInfo,
    appId: AppId,
  ): Promise<Response> {
    const url = new URL(req.url);
    const facts = visitFacts(req.method, url.pathname, headers);
    if (isReserved(facts.path)) {
      return await answerReserved(req, appId, { lookup, acts, dashboard });
    }
    const isVisit = wakes(facts);
    const preview = await lookup.find(appId, { fresh: isVisit });
    if (preview === null) {
      return refusalPage(facts.accept, "unknown_app", unknownPage(publicUrl), dashboard);
    }
    // Neither has a meaning here, and the server cannot answer them.
    if (req.method === "TRACE" || req.method === "CONNECT") return problemResponse("method_not_allowed");
    const visit = { req, url, headers, facts, isVisit };
    return await (preview.upstream === null
      ? rouse(visit, appId, preview)
      : forward(visit, info, appId, preview));
  }

  async function proxy(req: Request, info: Deno.ServeHandlerInfo, appId: AppId): Promise<Response> {
    const headers = headerMap(req.headers);
    const cors = corsOf(req, headers, allowed);
    const early = req.method === "OPTIONS" && isReserved(new URL(req.url).pathname) ? cors.preflight() : null;
    if (early) return early;
    let response: Response;
    try {
      response = await answer(req, headers, info, appId);
    } catch (error) {
      report(error);
      response = problemResponse("internal_error");
    }
    // An app that says nothing about CORS leaves the preflight of an allowed origin to the proxy.
    const preflight = response.headers.has("access-control-allow-origin") ? null : cors.preflight();
    if (preflight === null) return cors.add(response);
    await response.body?.cancel();
    return preflight;
  }
  return Object.assign(proxy, { close: client.close });
}

function addressOf(info: Deno.ServeHandlerInfo): string | null {
  const { remoteAddr } = info;
  return "hostname" in remoteAddr ? remoteAddr.hostname : null;
}
