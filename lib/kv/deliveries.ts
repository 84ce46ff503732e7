/** `DeliveryStore` on Deno KV, and the mark that a record's commit carries. */
import { Delivery, DELIVERY_LIFE, type DeliveryStore } from "../webhook/delivery.ts";
import { type Attempt, commit, commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

const EXPIRY = { expireIn: DELIVERY_LIFE };

export function createDeliveryStore(kv: Deno.Kv): DeliveryStore {
  return {
    async receive(delivery) {
      const key = keys.delivery(delivery.provider, delivery.id);
      const { value } = await commit(async (): Promise<Attempt<Delivery>> => {
        const entry = await kv.get(key);
        if (entry.value !== null) return { value: Delivery.parse(entry.value) };
        const atomic = kv.atomic().check(entry).set(key, delivery, EXPIRY)
          .set(keys.inbox(delivery.provider, delivery.id), true, EXPIRY);
        return { atomic, value: delivery };
      });
      return value;
    },

    async *unhandled() {
      for await (const { key } of kv.list({ prefix: keys.inboxes() })) {
        const [, provider, id] = key as [string, string, string];
        const { value } = await kv.get(keys.delivery(provider, id));
        if (value === null) continue;
        const delivery = Delivery.parse(value);
        if (delivery.state === "received") yield delivery;
      }
    },

    async drop({ provider, id }) {
      await commitLocked(kv.atomic().delete(keys.delivery(provider, id)).delete(keys.inbox(provider, id)));
    },
  };
}

/**
 * Adds to the commit that applies a push: this delivery is `received` still, and `handled` from then on (S14).
 * Of many who handle one delivery at once a single commit succeeds; the others read again, come here again and are told.
 * @returns false, with nothing added, when it was handled before or is not kept any more: then there is nothing to do
 */
export async function markHandled(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  provider: string,
  id: string,
): Promise<boolean> {
  const entry = await kv.get(keys.delivery(provider, id));
  if (entry.value === null) return false;
  const delivery = Delivery.parse(entry.value);
  if (delivery.state === "handled") return false;
  atomic.check(entry)
    .set(entry.key, { ...delivery, state: "handled" } satisfies Delivery, EXPIRY)
    .delete(keys.inbox(provider, id));
  return true;
}
