/** The one way to write: read, decide, commit what was read, and again where somebody was faster. */

/** What an attempt decided: an atomic to commit, or nothing to do. */
export type Attempt<T> = { readonly atomic: Deno.AtomicOperation; readonly value: T } | { readonly value: T };

/** `versionstamp` is null where nothing had to be written. */
export interface Committed<T> {
  readonly value: T;
  readonly versionstamp: string | null;
}

/** milliseconds */
const LOCKED_FOR = 2_000;
const MAX_CONFLICTS = 200;

/**
 * Runs `attempt` until its atomic is committed; it reads anew each time.
 *
 * @throws StorageUnavailable when the store stays locked for 2 s or conflicts do not end; whatever else the store
 * throws passes through, and may have been applied: a caller recognises its own commit when it reads again.
 */
export async function commit<T>(attempt: () => Promise<Attempt<T>>): Promise<Committed<T>> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const decided = await attempt();
    if (!("atomic" in decided)) return { value: decided.value, versionstamp: null };
    const result = await commitLocked(decided.atomic);
    if (result.ok) return { value: decided.value, versionstamp: result.versionstamp };
    if (conflicts > 3) await pause(Math.random() * 10);
  }
  throw new StorageUnavailable("Cannot commit: others kept being faster");
}

/** One commit, repeated while SQLite says that another handle holds the lock; a locked commit was never applied. */
export async function commitLocked(
  atomic: Deno.AtomicOperation,
): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
  const until = Date.now() + LOCKED_FOR;
  for (;;) {
    try {
      return await atomic.commit();
    } catch (error) {
      if (isFull(error)) {
        throw new StorageUnavailable("Cannot commit: the disk is full or failing", { cause: error });
      }
      if (!isLocked(error)) throw error;
      if (Date.now() > until) {
        throw new StorageUnavailable("Cannot commit: the store is locked", { cause: error });
      }
      await pause(1 + Math.random() * 49);
    }
  }
}

/** The store cannot be written just now; nothing was applied. */
export class StorageUnavailable extends Error {
  override name = "StorageUnavailable";
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /database is locked|database table is locked/.test(error.message);
}

/** SQLite's words; it rolls the commit back. */
function isFull(error: unknown): boolean {
  return error instanceof Error && /disk is full|disk I\/O error|readonly database/.test(error.message);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
