/** What a page can ask the server to do (A17, A24, B9). Refusals are values with a sentence to show. */
import { readRefusal } from "./refusal.ts";

export type ActionResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface ActionOptions {
  /** The page's own server by default. */
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
}

/** Starts the sleeping app. */
export const postWake = (appId: string, options?: ActionOptions) => post(app(appId, "wake"), options);

export const postSleep = (appId: string, options?: ActionOptions) => post(app(appId, "sleep"), options);

/** Builds in any case: the newest commit, or the given one again (a full commit id). */
export const postBuild = (appId: string, options?: ActionOptions & { commit?: string }) =>
  post(app(appId, "builds"), options, options?.commit === undefined ? {} : { commit: options.commit });

/** Ends the build that is queued or under way. */
export const postCancel = (appId: string, options?: ActionOptions) => post(app(appId, "cancel"), options);

const app = (appId: string, verb: string) => `/api/apps/${encodeURIComponent(appId)}/${verb}`;

async function post(path: string, options: ActionOptions = {}, body?: unknown): Promise<ActionResult> {
  const send = options.fetch ?? fetch;
  const init: RequestInit = { method: "POST", cache: "no-store" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  try {
    const response = await send(options.baseUrl ? new URL(path, options.baseUrl) : path, init);
    if (!response.ok) return { ok: false, message: (await readRefusal(response)).message };
    await response.body?.cancel();
    return { ok: true };
  } catch {
    return { ok: false, message: "The server cannot be reached. Check the network and try again." };
  }
}
