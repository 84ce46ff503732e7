/**
 * `TicketStore` on Deno KV: whoever writes a ticket's key first has used it. Tickets that come while a commit is under
 * way share the next one, so that a storm of viewers after a restart costs few commits and not one each.
 */
import type { TicketStore, UsedTicket } from "../auth/tickets.ts";
import { nextTurn } from "../next_turn.ts";
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

/** Tickets of one commit at most; the limit is 100 checks. */
const AT_ONCE = 100;

/** It is no other ticket's. With what the ticket's user had asked with, keys would be four times as long. */
const randomPart = (jti: string): string => jti.split(".", 1)[0];

interface Use extends UsedTicket {
  readonly forMs: number;
  readonly resolve: (first: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export function createTicketStore(kv: Deno.Kv): TicketStore {
  let waiting: Use[] = [];
  let working = false;

  /** True if all of them are used now; false if one was before, and then none is. */
  async function write(uses: readonly Use[]): Promise<boolean> {
    const atomic = kv.atomic();
    for (const { exp, jti, forMs } of uses) {
      const key = keys.ticket(exp, randomPart(jti));
      atomic.check({ key, versionstamp: null }).set(key, true, { expireIn: forMs });
    }
    return (await commitLocked(atomic)).ok;
  }

  async function settle(uses: readonly Use[]): Promise<void> {
    try {
      const all = await write(uses);
      // Where one was used before, each has to be asked for alone.
      for (const use of uses) use.resolve(all || (uses.length > 1 && await write([use])));
    } catch (error) {
      for (const use of uses) use.reject(error);
    }
  }

  /** The same ticket twice must not pass in one commit: the second waits for the next. */
  function take(): Use[] {
    const taken = new Map<string, Use>();
    const left: Use[] = [];
    for (const use of waiting) {
      if (taken.size < AT_ONCE && !taken.has(use.jti)) taken.set(use.jti, use);
      else left.push(use);
    }
    waiting = left;
    return [...taken.values()];
  }

  async function work(): Promise<void> {
    working = true;
    // Viewers who come together are let in one after the other in this turn.
    await nextTurn();
    while (waiting.length > 0) await settle(take());
    working = false;
  }

  return {
    useTicket: ({ jti, exp }, forMs) =>
      new Promise((resolve, reject) => {
        waiting.push({ jti, exp, forMs, resolve, reject });
        if (!working) void work();
      }),
  };
}
