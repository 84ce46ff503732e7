/** `/_wakelight/` on every preview host: what the dashboard and the wake page ask. An app's own paths never begin so. */
import { problemResponse } from "../http/problem.ts";
import type { AppId } from "../protocol/ids.ts";
import { BRIDGE_PATH, bridgeScript, RESERVED } from "./bridge.ts";
import type { PreviewActs, PreviewLookup } from "./upstream.ts";
import { STATUS_PATH } from "./wake_page.ts";

/** A19: the dashboard's keep-alive. */
export const PING_PATH = `${RESERVED}ping`;

export const isReserved = (path: string): boolean => path.startsWith(RESERVED);

export interface ReservedOptions {
  readonly lookup: PreviewLookup;
  readonly acts: PreviewActs;
  /** The dashboard's origin. */
  readonly dashboard: string;
}

/** Neither of these wakes an app; the ping alone counts as activity. Without CORS headers: the caller adds them. */
export async function answerReserved(
  req: Request,
  appId: AppId,
  { lookup, acts, dashboard }: ReservedOptions,
): Promise<Response> {
  const path = new URL(req.url).pathname;
  if (path !== PING_PATH && path !== STATUS_PATH && path !== BRIDGE_PATH) return problemResponse("not_found");
  if (req.method !== "GET" && req.method !== "HEAD") {
    return problemResponse("method_not_allowed", undefined, { allow: "GET, HEAD, OPTIONS" });
  }
  if (path === BRIDGE_PATH) {
    return new Response(bridgeScript(dashboard), {
      headers: {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=3600",
        "x-content-type-options": "nosniff",
      },
    });
  }
  const preview = await lookup.find(appId);
  if (preview === null) return problemResponse("unknown_app");
  if (path === PING_PATH) {
    if (req.method === "GET") acts.touch(appId);
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  }
  const { state, pendingBuild, error, upstream } = preview;
  // `ready` is its own field: an earlier version may answer while a newer one is being built.
  return Response.json(
    { state, ready: upstream !== null, pendingBuild, error: error !== null },
    { headers: { "cache-control": "no-store" } },
  );
}
