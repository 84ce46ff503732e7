/** One isolate's way to the real store, with everything that may happen to a call on that way. */
import type { Ledger, Mutation } from "./ledger.ts";
import type { Owner } from "./clock.ts";
import type { Profile } from "./profile.ts";
import type { Reads } from "./reads.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Watches } from "./watches.ts";

/** Milliseconds after which an isolate hears at the latest what became of its commit. */
const LATEST = 8_000;

/** What the store throws because the schedule says so. */
export class Fault extends Error {
  override name = "Fault";
}

/** An isolate that may die at any of its calls. */
export interface Mortal extends Owner {
  /** Until then its commits are done at once, and it hears of them seconds later. */
  readonly lateUntil: number;
  /** Says that a call is about to be applied, or was; the isolate may be dead afterwards. */
  passing(): void;
}

export interface Sea {
  readonly kv: Deno.Kv;
  readonly scheduler: Scheduler;
  readonly profile: Profile;
  readonly ledger: Ledger;
  readonly watches: Watches;
  readonly reads: Reads;
  /** The store is locked until then, for everybody. */
  lockedUntil: number;
  /** The disk is full: nothing can be written. */
  full: boolean;
}

/** What an isolate takes for `Deno.Kv`: the part of it that the house uses. */
export function createFaultyKv(sea: Sea, owner: Mortal): Deno.Kv {
  const { kv, scheduler, profile, ledger, watches, reads } = sea;
  const { random } = scheduler;

  function call<T>(label: string, writes: boolean, apply: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stormy = scheduler.stormy;
    const delay = () => stormy && random.chance(profile.delayed) ? random.int(1, profile.latest) : 0;
    const answer = (kind: string, how: () => void) => {
      const late = stormy && writes && scheduler.clock.now < owner.lateUntil;
      const wait = late ? random.int(1_000, LATEST) : delay();
      if (wait === 0 && !(stormy && random.chance(0.2))) how();
      else scheduler.add(owner, `${kind} ${label}`, how, wait);
    };
    scheduler.add(owner, label, async () => {
      owner.passing();
      if (!owner.alive) return;
      if (writes && (scheduler.clock.now < sea.lockedUntil || (stormy && random.chance(profile.locked)))) {
        return answer("locked:", () => reject(new TypeError("database is locked")));
      }
      if (writes && sea.full) {
        return answer("refused:", () => reject(new TypeError("database or disk is full")));
      }
      if (stormy && random.chance(profile.failed)) {
        return answer("failed:", () => reject(new Fault(`${label} was not applied`)));
      }
      const outcome = await apply().then((value) => () => resolve(value), (error) => () => reject(error));
      if (stormy && random.chance(profile.duplicated)) await apply().catch(() => {});
      owner.passing();
      if (!owner.alive) return;
      if (stormy && random.chance(profile.unknown)) {
        return answer("unknown:", () => reject(new Fault(`${label} may have been applied`)));
      }
      answer("answered:", outcome);
    }, delay());
    return promise;
  }

  const batch = () => scheduler.stormy && random.chance(profile.torn) ? 2 : 100;

  async function* list(selector: Deno.KvListSelector, options: Deno.KvListOptions = {}) {
    let { cursor, limit: left = Infinity } = options;
    for (;;) {
      const limit = Math.min(left, batch());
      const page = { ...options, limit, ...(cursor ? { cursor } : {}) };
      const some = await call(`list ${nameOf(selector)}`, false, () => reads.list(selector, page));
      yield* some.entries;
      left -= some.entries.length;
      cursor = some.cursor;
      if (left <= 0 || some.entries.length < limit || !cursor) return;
    }
  }

  function atomic() {
    const checks: Deno.AtomicCheck[] = [];
    const mutations: Mutation[] = [];
    const change = (type: Mutation["type"]) => (key: Deno.KvKey, value?: unknown, options?: object) => {
      mutations.push({ type, key, value, options });
      return operation;
    };
    const operation = {
      check(...entries: Deno.AtomicCheck[]) {
        checks.push(...entries);
        return operation;
      },
      set: change("set"),
      delete: change("delete"),
      sum: change("sum"),
      max: change("max"),
      commit() {
        const label = `commit ${mutations.map(({ type, key }) => `${type} ${key.join("/")}`).join(", ")}`;
        return call(label, true, async () => {
          const real = kv.atomic().check(...checks);
          for (const { type, key, value, options } of mutations) {
            (real[type] as (...args: unknown[]) => unknown)(key, value, options);
          }
          const result = await real.commit();
          if (result.ok) {
            const keys = mutations.map(({ key }) => key);
            reads.touched(keys);
            ledger.applied(owner, mutations);
            watches.touched(owner, keys);
          } else scheduler.tell(`${owner.name}: somebody was faster`);
          return result;
        });
      },
    };
    return operation;
  }

  const faulty = {
    get: (key: Deno.KvKey) =>
      call(`get ${key.join("/")}`, false, async () => (await reads.getMany([key]))[0]),
    getMany: (keys: Deno.KvKey[]) =>
      call(`getMany ${keys.map((key) => key.join("/")).join(", ")}`, false, () => reads.getMany(keys)),
    list,
    atomic,
    watch: (keys: Deno.KvKey[]) => watches.open(owner, keys),
    close() {},
  };
  // What is not here fails loudly where it is used.
  return faulty as unknown as Deno.Kv;
}

function nameOf(selector: Deno.KvListSelector): string {
  const part = (key?: Deno.KvKey) => key?.join("/") ?? "";
  return "prefix" in selector ? part(selector.prefix) : `${part(selector.start)} to ${part(selector.end)}`;
}
