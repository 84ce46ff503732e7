/** A KV that counts: keys read (also those that a list or a watch brought), keys written, commits. */

export interface Counts {
  reads: number;
  writes: number;
  commits: number;
}

export interface CountingKv {
  readonly kv: Deno.Kv;
  /** What was counted since the last call. */
  take(): Counts;
}

export function countingKv(kv: Deno.Kv): CountingKv {
  let counts: Counts = { reads: 0, writes: 0, commits: 0 };
  const read = <T>(keys: number, value: T): T => {
    counts.reads += keys;
    return value;
  };

  function countAtomic(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
    let mutations = 0;
    const proxy: Deno.AtomicOperation = new Proxy(atomic, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        if (name === "commit") {
          return () => {
            counts.commits++;
            counts.writes += mutations;
            return target.commit();
          };
        }
        return (...args: unknown[]) => {
          if (name !== "check") mutations += name === "mutate" ? args.length : 1;
          member.apply(target, args);
          return proxy;
        };
      },
    });
    return proxy;
  }

  const methods: Partial<Record<keyof Deno.Kv, unknown>> = {
    get: async (...args: Parameters<Deno.Kv["get"]>) => read(1, await kv.get(...args)),
    getMany: async (keys: Deno.KvKey[]) => read(keys.length, await kv.getMany(keys)),
    list: async function* (...args: Parameters<Deno.Kv["list"]>) {
      // A list that finds nothing is a read all the same.
      counts.reads++;
      for await (const entry of kv.list(...args)) yield read(1, entry);
    },
    watch: (keys: Deno.KvKey[]) =>
      kv.watch(keys).pipeThrough(
        new TransformStream({
          transform: (entries, controller) => controller.enqueue(read(keys.length, entries)),
        }),
      ),
    atomic: () => countAtomic(kv.atomic()),
  };
  const counting = new Proxy(kv, {
    get(target, name) {
      const method = methods[name as keyof Deno.Kv];
      if (method) return method;
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return {
    kv: counting,
    take() {
      const taken = counts;
      counts = { reads: 0, writes: 0, commits: 0 };
      return taken;
    },
  };
}
