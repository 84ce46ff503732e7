/** What an isolate knows of the others on its store: siblings in its own process, and other processes. */
import { keys } from "./keys.ts";

export interface Isolate {
  /** Milliseconds since 1970; whoever has not renewed by then is taken for dead. */
  readonly until: number;
  /** Where it runs, so that the next server on the same machine need not wait for its leases to lapse. */
  readonly host: string;
  readonly pid: number;
  /** It ends its process because of an error: that is what the process's exit status has to say. */
  readonly failed?: true;
}

export interface Counted {
  /** Isolates of this process that renew, this one included. */
  readonly renewing: number;
  /** Isolates of this process that ever did. */
  readonly started: number;
  /** True while isolates of other processes renew on the same store. */
  readonly shared: boolean;
}

export interface Neighbours {
  /** @throws where the store cannot be read */
  count(): Promise<Counted>;
  /** Siblings in this process that have not left yet, and whether one of them ends because of an error. */
  remaining(): Promise<{ siblings: number; failed: boolean }>;
  close(): void;
}

export interface NeighboursOptions {
  readonly isolateId: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds between two looks; 0 for none, then `onShared` is never called. */
  readonly lookEvery: number;
  /** Called when another process came to the store, and when the last one has gone. */
  readonly onShared: (shared: boolean) => void;
  readonly now?: () => number;
}

export function createNeighbours(kv: Deno.Kv, options: NeighboursOptions): Neighbours {
  const { isolateId, host, pid, now = Date.now } = options;
  /** Siblings' ids, with the first `until` that was seen. Whoever has renewed since is of this process for certain:
   * what an earlier one with the same pid left behind never renews. */
  const first = new Map<string, number>();
  const started = new Set([isolateId]);
  let shared = false;

  async function list(): Promise<(Isolate & { id: string })[]> {
    const found: (Isolate & { id: string })[] = [];
    for await (const { key, value } of kv.list<Isolate>({ prefix: keys.isolates() })) {
      found.push({ id: key[1] as string, ...value });
    }
    return found;
  }

  const isSibling = (isolate: Isolate) => isolate.host === host && isolate.pid === pid;

  async function count(): Promise<Counted> {
    const isolates = await list();
    const fresh = isolates.filter(({ until }) => until > now());
    const siblings = isolates.filter(isSibling);
    for (const { id, until } of siblings) {
      const before = first.get(id);
      if (before === undefined) first.set(id, until);
      else if (until > before) started.add(id);
    }
    const renewing = fresh.filter(({ id }) => started.has(id)).length;
    return {
      // This isolate is looking, so it is there, whatever the store says of its last heartbeat.
      renewing: renewing + (fresh.some(({ id }) => id === isolateId) ? 0 : 1),
      started: started.size,
      shared: fresh.some((isolate) => !isSibling(isolate)),
    };
  }

  async function look(): Promise<void> {
    try {
      const found = (await count()).shared;
      // Compared only now: on a slow store one look may overtake another.
      if (found === shared) return;
      shared = found;
      options.onShared(shared);
    } catch {
      // A store that is away: the next look tells.
    }
  }

  const looking = options.lookEvery > 0 ? setInterval(() => void look(), options.lookEvery) : undefined;
  if (looking !== undefined) void look();

  return {
    count,
    async remaining() {
      const siblings = (await list()).filter((other) =>
        other.id !== isolateId && isSibling(other) && other.until > now()
      );
      return { siblings: siblings.length, failed: siblings.some(({ failed }) => failed === true) };
    },
    close: () => clearInterval(looking),
  };
}
