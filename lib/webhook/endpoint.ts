/** The webhook endpoint: finds provider and app, reads the body as bytes, takes the delivery. */
import { readBody } from "../http/body.ts";
import { type Refusal, refuse } from "../http/problem.ts";
import { logError } from "../log.ts";
import type { App } from "../preview/app.ts";
import type { AppId } from "../protocol/ids.ts";
import type { DeliveryStore, HandlePush } from "./delivery.ts";
import { findProvider } from "./provider.ts";
import { receive, type Received } from "./receive.ts";

export interface WebhookPorts {
  readonly findApp: (appId: AppId) => Promise<App | null>;
  readonly deliveries: DeliveryStore;
  readonly handle: HandlePush;
  readonly now: () => number;
}

/** A Git host's delivery for an app. Refuses what `readBody` and `receive` refuse, and `unknown_app`. */
export type WebhookEndpoint = (
  req: Request,
  provider: string,
  appId: AppId,
) => Promise<Received | Refusal>;

export function createWebhookEndpoint({ findApp, deliveries, handle, now }: WebhookPorts): WebhookEndpoint {
  return async (req, name, appId) => {
    const provider = findProvider(name);
    const app = provider && await findApp(appId);
    if (!provider || !app) return refuse("unknown_app");
    const body = await readBody(req);
    if (!body.ok) return body;
    const onError = (error: unknown) => logError("push-failed", error, { appId });
    const { headers } = req;
    return await receive({
      provider,
      headers,
      rawBody: body.value,
      app,
      deliveries,
      handle,
      now: now(),
      onError,
    });
  };
}
