/** Reads for many askers at once: a thousand viewers who come together ask for the same few keys. */
import { nextTurn } from "../next_turn.ts";

/** What KV reads at once at most. */
const KEYS_PER_READ = 10;

export interface Gatherer {
  /** The entry as it is now, or a moment later: never as it was before the call. */
  get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>>;
  /** Its value, parsed once for all who share the read, who must not change it; null where there is none. */
  find<T>(key: Deno.KvKey, parse: (value: unknown) => T): Promise<T | null>;
}

interface Asked {
  readonly key: Deno.KvKey;
  readonly promise: Promise<Deno.KvEntryMaybe<unknown>>;
  readonly resolve: (entry: Deno.KvEntryMaybe<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

const gatherers = new WeakMap<Deno.Kv, Gatherer>();

/** One for a store: whoever asks in the same turn shares a read, whatever he asks for. */
export function gathererOf(kv: Deno.Kv): Gatherer {
  let gatherer = gatherers.get(kv);
  if (gatherer === undefined) gatherers.set(kv, gatherer = createGatherer(kv));
  return gatherer;
}

/** Whoever asks while reads are under way is served by the next ones; each key is read once for all who wait for it. */
export function createGatherer(kv: Deno.Kv): Gatherer {
  let waiting = new Map<string, Asked>();
  const parsed = new WeakMap<object, unknown>();
  let working = false;

  async function read(some: readonly Asked[]): Promise<void> {
    try {
      const entries = await kv.getMany<unknown[]>(some.map(({ key }) => key));
      some.forEach(({ resolve }, i) => resolve(entries[i]));
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }

  async function work(): Promise<void> {
    working = true;
    // Requests that lie in the sockets ask in this turn, one after the other, and belong to the first round.
    await nextTurn();
    while (waiting.size > 0) {
      const asked = [...waiting.values()];
      waiting = new Map();
      const reads: Promise<void>[] = [];
      for (let i = 0; i < asked.length; i += KEYS_PER_READ) {
        reads.push(read(asked.slice(i, i + KEYS_PER_READ)));
      }
      await Promise.all(reads);
    }
    working = false;
  }

  function get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    const name = JSON.stringify(key);
    let asked = waiting.get(name);
    if (!asked) {
      waiting.set(name, asked = { key, ...Promise.withResolvers<Deno.KvEntryMaybe<unknown>>() });
      if (!working) void work();
    }
    return asked.promise as Promise<Deno.KvEntryMaybe<T>>;
  }

  return {
    get,
    async find<T>(key: Deno.KvKey, parse: (value: unknown) => T) {
      const entry = await get(key);
      if (entry.value === null) return null;
      if (!parsed.has(entry)) parsed.set(entry, parse(entry.value));
      return parsed.get(entry) as T;
    },
  };
}
