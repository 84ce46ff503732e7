/**
 * `Grounds` on Deno KV: what all open streams of this isolate rest on, each key watched once however many streams share
 * it. Keys go ten to a watch, and are read now and then besides: see `pollEvery`.
 */
import {
  type Ground,
  type Grounds,
  refusedWithout,
  type Right,
  type RightHolder,
} from "../auth/entitlement.ts";
import type { Session } from "../auth/sessions.ts";
import type { ApiToken } from "../auth/api_tokens.ts";
import { logError } from "../log.ts";
import type { App } from "../preview/app.ts";
import { gathererOf } from "./gather.ts";
import { keys } from "./keys.ts";

/** Milliseconds between two looks where watches hear of everything: a session runs out without a write. */
export const LOOK_EVERY = 60_000;
/** What KV watches, or reads, at once at most. */
const KEYS_AT_ONCE = 10;
/** Milliseconds for which streams that open together are gathered, so that a watch begins anew once for all of them. */
const GATHER = 20;
/** Milliseconds after a watch that failed. */
const RETRY_AFTER = 1_000;

export interface GroundWatcher extends Grounds {
  /** Looks this often besides watching, in milliseconds: a watch does not hear other processes on one file. */
  pollEvery(ms: number): void;
  /** Keys that are watched. */
  readonly size: number;
  close(): void;
}

/** What some streams rest on: the same for all of one session and one app, so that each of them costs a place in a set. */
interface Shared extends Right {
  readonly name: string;
  readonly watched: readonly Watched[];
  readonly holders: Set<RightHolder>;
}

/** One ground of some rights. */
interface Watched {
  readonly name: string;
  readonly key: Deno.KvKey;
  readonly ground: Ground;
  readonly rights: Set<Shared>;
  readonly group: Group;
}

/** What one KV watch sees. */
interface Group {
  readonly watched: Set<Watched>;
  reader: ReadableStreamDefaultReader<Deno.KvEntryMaybe<unknown>[]> | null;
  /** Set while the watch has to begin, or to begin anew. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function createGrounds(kv: Deno.Kv, now: () => number = Date.now): GroundWatcher {
  const rights = new Map<string, Shared>();
  const all = new Map<string, Watched>();
  const groups = new Set<Group>();
  const gathered = gathererOf(kv);
  let polling: ReturnType<typeof setInterval> | undefined;
  let looking = false;

  function judge(watched: Watched, value: unknown): void {
    if (holds(watched.ground, value, now())) return;
    const code = refusedWithout(watched.ground);
    for (const right of [...watched.rights]) {
      const holders = [...right.holders];
      right.holders.clear();
      forget(right);
      for (const holder of holders) holder.rightEnded(code);
    }
  }

  function rightTo(grounds: readonly Ground[]): Shared {
    const name = JSON.stringify(grounds);
    const known = rights.get(name);
    if (known) return known;
    const right: Shared = {
      name,
      watched: grounds.map(add),
      holders: new Set(),
      leave(holder) {
        if (right.holders.delete(holder) && right.holders.size === 0) forget(right);
      },
    };
    for (const watched of right.watched) watched.rights.add(right);
    rights.set(name, right);
    return right;
  }

  function forget(right: Shared): void {
    rights.delete(right.name);
    for (const watched of right.watched) {
      if (watched.rights.delete(right) && watched.rights.size === 0) remove(watched);
    }
  }

  function add(ground: Ground): Watched {
    const name = JSON.stringify(ground);
    const known = all.get(name);
    if (known) return known;
    const group = roomyGroup();
    const watched: Watched = { name, key: keyOf(ground), ground, rights: new Set(), group };
    all.set(name, watched);
    group.watched.add(watched);
    begin(group, GATHER);
    return watched;
  }

  function roomyGroup(): Group {
    for (const group of groups) if (group.watched.size < KEYS_AT_ONCE) return group;
    const group: Group = { watched: new Set(), reader: null, timer: undefined };
    groups.add(group);
    return group;
  }

  /** What leaves is not missed by its watch, which ends with the last. */
  function remove(watched: Watched): void {
    const { group } = watched;
    all.delete(watched.name);
    group.watched.delete(watched);
    if (group.watched.size > 0) return;
    groups.delete(group);
    stop(group);
  }

  function stop(group: Group): void {
    clearTimeout(group.timer);
    group.timer = undefined;
    const { reader } = group;
    group.reader = null;
    void reader?.cancel().catch(() => {});
  }

  function begin(group: Group, afterMs: number): void {
    group.timer ??= setTimeout(() => {
      stop(group);
      void run(group);
    }, afterMs);
  }

  /** Judges what the watch brings, its first answer included, until another watch takes its place. */
  async function run(group: Group): Promise<void> {
    const mine = [...group.watched];
    let reader: Group["reader"] = null;
    try {
      reader = kv.watch<unknown[]>(mine.map(({ key }) => key)).getReader();
      group.reader = reader;
      for (;;) {
        const { done, value } = await reader.read();
        if (group.reader !== reader) return;
        if (done) throw new Error("The watch ended by itself");
        mine.forEach((watched, i) => judge(watched, value[i].value));
      }
    } catch (error) {
      if (group.reader !== reader || !groups.has(group)) return;
      logError("watch-failed", error);
      begin(group, RETRY_AFTER);
    }
  }

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const everything = [...all.values()];
      for (let i = 0; i < everything.length; i += KEYS_AT_ONCE) {
        const some = everything.slice(i, i + KEYS_AT_ONCE);
        const entries = await kv.getMany<unknown[]>(some.map(({ key }) => key));
        some.forEach((watched, j) => judge(watched, entries[j].value));
      }
    } catch {
      // A store that is away says nothing about rights; the next look, or the watch, will.
    } finally {
      looking = false;
    }
  }

  function pollEvery(ms: number): void {
    clearInterval(polling);
    polling = setInterval(() => void look(), ms);
  }
  pollEvery(LOOK_EVERY);

  return {
    async missing(grounds) {
      const entries = await Promise.all(grounds.map((ground) => gathered.get(keyOf(ground))));
      return grounds.find((ground, i) => !holds(ground, entries[i].value, now())) ?? null;
    },

    watch(grounds, holder) {
      const right = rightTo(grounds);
      right.holders.add(holder);
      return right;
    },

    pollEvery,
    get size() {
      return all.size;
    },
    close() {
      clearInterval(polling);
      for (const group of groups) stop(group);
      groups.clear();
      all.clear();
      rights.clear();
    },
  };
}

function keyOf(ground: Ground): Deno.KvKey {
  switch (ground.type) {
    case "session":
      return keys.session(ground.hash);
    case "token":
      return keys.apiToken(ground.hash);
    case "membership":
      return keys.member(ground.owner, ground.user);
    case "app":
      return keys.app(ground.id);
  }
}

/** What the store checked when it was written is not parsed again at each look. */
function holds(ground: Ground, value: unknown, now: number): boolean {
  if (value === null) return false;
  switch (ground.type) {
    case "session": {
      const { user, until } = value as Session;
      return user === ground.user && until > now;
    }
    case "token":
      return (value as ApiToken).user === ground.user;
    case "membership":
      return true;
    case "app":
      return (value as App).createdAt === ground.createdAt;
  }
}
