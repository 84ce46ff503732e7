/** A real KV whose commits and reads a test can get between. */

export interface Trouble {
  /** Does the commit, or does not, or throws before or after it. */
  commit?: (commit: () => Promise<Deno.KvCommitResult | Deno.KvCommitError>) => Promise<
    Deno.KvCommitResult | Deno.KvCommitError
  >;
  /** Called before each `get`; may throw. */
  get?: () => void | Promise<void>;
}

/** @param trouble may be changed at any time */
export function troubled(kv: Deno.Kv, trouble: Trouble): Deno.Kv {
  return new Proxy(kv, {
    get(target, name) {
      if (name === "atomic") {
        return () => {
          const atomic = target.atomic();
          const commit = atomic.commit.bind(atomic);
          atomic.commit = () => trouble.commit ? trouble.commit(commit) : commit();
          return atomic;
        };
      }
      if (name === "get") {
        return async (key: Deno.KvKey) => {
          await trouble.get?.();
          return await target.get(key);
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** As SQLite says it when another handle holds the file. */
export const locked = () => new TypeError("database is locked");

/** Keeps what the code logs as errors out of the test's output. */
export function quiet(): Disposable & { readonly lines: string[] } {
  const { error } = console;
  const lines: string[] = [];
  console.error = (text: string) => void lines.push(text);
  return { lines, [Symbol.dispose]: () => void (console.error = error) };
}
