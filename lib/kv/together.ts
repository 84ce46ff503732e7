/** Small writes of many, in one commit: a commit costs the store far more than what is in it. */
import { commitLocked } from "./commit.ts";

/** What one caller wants to have committed, all or nothing. */
export interface Part {
  /** Keys that are set or deleted. */
  readonly mutations: number;
  /** Of its values, roughly. */
  readonly bytes: number;
  /** Adds its checks and mutations. */
  fill(atomic: Deno.AtomicOperation): void;
}

export type CommitTogether = (part: Part) => Promise<Deno.KvCommitResult | Deno.KvCommitError>;

/** What a larger part costs is its own affair: nobody waits for it. */
const SMALL = 32 * 1024;
/** Of one commit; the store's limits are 800 KiB, 1,000 mutations and 100 checks. */
const BYTES = 256 * 1024;
const MUTATIONS = 500;
const PARTS = 50;

interface Waiting {
  readonly part: Part;
  readonly resolve: (result: Deno.KvCommitResult | Deno.KvCommitError) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A commit of a small part takes what other small parts have come while the one before was under way. Where something in it
 * was stale each part is committed by itself, so that none fails for another's sake; where it throws, each may have been
 * applied. Throws what `commitLocked` does.
 */
export function createTogether(kv: Deno.Kv): CommitTogether {
  let waiting: Waiting[] = [];
  let working = false;

  async function commitParts(parts: readonly Part[]) {
    const atomic = kv.atomic();
    for (const part of parts) part.fill(atomic);
    return await commitLocked(atomic);
  }

  function take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    let mutations = 0;
    while (count < Math.min(waiting.length, PARTS)) {
      const { part } = waiting[count];
      if (count > 0 && (bytes + part.bytes > BYTES || mutations + part.mutations > MUTATIONS)) break;
      bytes += part.bytes;
      mutations += part.mutations;
      count++;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  }

  async function settle(group: readonly Waiting[]): Promise<void> {
    try {
      const result = await commitParts(group.map(({ part }) => part));
      if (result.ok || group.length === 1) return group.forEach(({ resolve }) => resolve(result));
    } catch (error) {
      return group.forEach(({ reject }) => reject(error));
    }
    await Promise.all(group.map((one) => settle([one])));
  }

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) await settle(take());
    working = false;
  }

  return (part) => {
    if (part.bytes > SMALL) return commitParts([part]);
    return new Promise((resolve, reject) => {
      waiting.push({ part, resolve, reject });
      if (!working) void work();
    });
  };
}
