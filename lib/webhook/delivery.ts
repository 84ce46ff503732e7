/** The inbox: a push is kept before it is acted on, so that a crash in between loses nothing (S14, X9). */
import * as z from "zod";
import { AppId } from "../protocol/ids.ts";
import { sha256Hex } from "../auth/secrets.ts";
import { Push } from "./push.ts";

/** milliseconds */
export const DELIVERY_LIFE = 7 * 24 * 60 * 60 * 1000;

export const Delivery = z.object({
  provider: z.string(),
  /** `<appId>:<delivery id>`: two apps on one repository are told of one push under one id. */
  id: z.string(),
  appId: AppId,
  push: Push,
  /** Only `handled` makes a repeated delivery a duplicate: whoever stored it may have died before he acted. */
  state: z.enum(["received", "handled"]),
  /** When it came first, milliseconds since 1970. */
  at: z.number(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Where deliveries are kept. They become `handled` in the very commit that changes the app's record. */
export interface DeliveryStore {
  /** Keeps a delivery unless its id is known; either way what is kept now. */
  receive(delivery: Delivery): Promise<Delivery>;
  /** Those still `received`, of all apps, in any order. */
  unhandled(): AsyncIterable<Delivery>;
  /** Forgets a delivery whose app is gone. */
  drop(delivery: Pick<Delivery, "provider" | "id">): Promise<void>;
}

/**
 * Acts on a push: `handled` when this call did, `duplicate` when it was handled before, `gone` when the app is no more.
 * Must mark the delivery handled in the commit that applies the push; may be called many times at once.
 */
export type HandlePush = (
  appId: AppId,
  push: Push,
  delivery: Pick<Delivery, "provider" | "id" | "at">,
) => Promise<"handled" | "duplicate" | "gone">;

/** The host's own id where it has a fit one, else a digest of it, else one of the body. */
export async function deliveryIdOf(sent: string | null, body: Uint8Array<ArrayBuffer>): Promise<string> {
  if (sent === null || sent === "") return `body-${await sha256Hex(body)}`;
  return /^[\w.{}-]{1,128}$/.test(sent) ? sent : `hash-${await sha256Hex(sent)}`;
}
