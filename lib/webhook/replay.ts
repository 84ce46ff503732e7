/** The sweep over the inbox: what was kept and not acted on, because an isolate died in between, is acted on now (X9). */
import type { Delivery, DeliveryStore, HandlePush } from "./delivery.ts";

/** Milliseconds for which the isolate that took a delivery is left alone with it. */
const LEFT_ALONE = 10_000;

export interface Replay {
  readonly deliveries: Pick<DeliveryStore, "unhandled" | "drop">;
  readonly handle: HandlePush;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Told what `handle` throws; that delivery is tried again by the next sweep. */
  readonly onError: (error: unknown) => void;
}

/**
 * Acts on all deliveries that have waited for more than 10 s, oldest first, so that of two pushes the newer comes last.
 * Several isolates may sweep at once.
 * @returns how many this call handled
 */
export async function replayInbox({ deliveries, handle, now, onError }: Replay): Promise<number> {
  const waiting: Delivery[] = [];
  for await (const delivery of deliveries.unhandled()) {
    if (delivery.at < now - LEFT_ALONE) waiting.push(delivery);
  }
  let handled = 0;
  for (const delivery of waiting.sort((a, b) => a.at - b.at)) {
    try {
      const result = await handle(delivery.appId, delivery.push, delivery);
      if (result === "handled") handled++;
      if (result === "gone") await deliveries.drop(delivery);
    } catch (error) {
      onError(error);
    }
  }
  return handled;
}
