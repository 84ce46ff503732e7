/** The real inbox, and a handler that commits as the coordinator does: the push and the mark in one atomic. */
import { type Attempt, commit } from "../../lib/kv/commit.ts";
import { createDeliveryStore, markHandled } from "../../lib/kv/deliveries.ts";
import type { HandlePush } from "../../lib/webhook/delivery.ts";

export function inboxOn(kv: Deno.Kv) {
  const builds = ["test-builds"];
  const handle: HandlePush = async (_appId, push, { provider, id }) => {
    const { value } = await commit(async (): Promise<Attempt<"handled" | "duplicate">> => {
      const entry = await kv.get<string[]>(builds);
      const atomic = kv.atomic().check(entry).set(builds, [...entry.value ?? [], push.after]);
      return await markHandled(kv, atomic, provider, id)
        ? { atomic, value: "handled" }
        : { value: "duplicate" };
    });
    return value;
  };
  return {
    deliveries: createDeliveryStore(kv),
    handle,
    /** Commits of the pushes that were acted on, in order. */
    builds: async () => (await kv.get<string[]>(builds)).value ?? [],
  };
}

export const unexpected = (error: unknown) => {
  throw error;
};
