/** `TicketStore` on Deno KV: whoever writes a ticket's key first has used it. */
import type { TicketStore } from "../auth/tickets.ts";
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

export function createTicketStore(kv: Deno.Kv): TicketStore {
  return {
    async useTicket(jti, forMs) {
      const key = keys.ticket(jti);
      const atomic = kv.atomic().check({ key, versionstamp: null }).set(key, true, { expireIn: forMs });
      return (await commitLocked(atomic)).ok;
    },
  };
}
