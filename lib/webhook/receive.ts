/** A delivery's way in: verify, parse, keep, act. */
import type { App } from "../preview/app.ts";
import { type Refusal, refuse } from "../http/problem.ts";
import { within } from "../within.ts";
import { deliveryIdOf, type DeliveryStore, type HandlePush } from "./delivery.ts";
import type { Provider } from "./provider.ts";

export interface Incoming {
  readonly provider: Provider;
  readonly headers: Headers;
  /** The bytes as they came: the signature is over them. */
  readonly rawBody: Uint8Array<ArrayBuffer>;
  readonly app: Pick<App, "id" | "branch" | "webhookSecret">;
  readonly deliveries: DeliveryStore;
  readonly handle: HandlePush;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Told what `handle` throws. The push stays in the inbox, so the host gets its 202 and the sweep tries again. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds that the host waits for `handle` at most, 800 unless told; it goes on after that. */
  readonly patience?: number;
}

/** What the host reads, with 202. */
export type Received =
  | { readonly ok: true; readonly outcome: "accepted"; readonly deliveryId: string }
  | { readonly ok: true; readonly outcome: "duplicate"; readonly deliveryId: string }
  | { readonly ok: true; readonly outcome: "ignored"; readonly reason: string };

/**
 * Takes a delivery. Refuses with `invalid_signature`, `invalid_json` or `invalid_payload`; nothing is kept then, nor of
 * what is ignored.
 * @throws when the store cannot keep it: the host is to see a failure and send again
 */
export async function receive(incoming: Incoming): Promise<Received | Refusal> {
  const { provider, headers, rawBody, app, deliveries, now } = incoming;
  if (!await provider.verify(headers, rawBody, app.webhookSecret)) return refuse("invalid_signature");
  const parsed = provider.parse(headers, rawBody);
  if (!parsed.ok) return parsed;
  if ("ignored" in parsed) return ignored(parsed.ignored);
  const facts = parsed.pushes.findLast((push) => push.branch === app.branch);
  if (!facts) return ignored("another branch");
  if (facts.after === null) return ignored("branch was deleted");
  if (facts.skip) return ignored("[skip preview]");

  const deliveryId = await deliveryIdOf(provider.deliveryId(headers), rawBody);
  const kept = await deliveries.receive({
    provider: provider.name,
    id: `${app.id}:${deliveryId}`,
    appId: app.id,
    push: { ...facts, provider: provider.name, deliveryId },
    state: "received",
    at: now,
  });
  if (kept.state === "handled") return { ok: true, outcome: "duplicate", deliveryId };
  const result = await within(
    incoming.patience ?? 800,
    incoming.handle(app.id, kept.push, kept).catch(incoming.onError),
  );
  return { ok: true, outcome: result === "duplicate" ? "duplicate" : "accepted", deliveryId };
}

const ignored = (reason: string): Received => ({ ok: true, outcome: "ignored", reason });
