/** Keeps what the proxy must know of an app in memory, while the app has visitors. */
import { keys } from "../kv/keys.ts";
import { App } from "../preview/app.ts";
import { EMPTY_RECORD, Lease, type Leases, PreviewRecord } from "../preview/record.ts";
import type { AppId } from "../protocol/ids.ts";
import type { PreviewLookup, PreviewView } from "./upstream.ts";

export interface LookupOptions {
  /** What people see of a record at this moment, in milliseconds since 1970. */
  readonly toView: (app: App, record: PreviewRecord, leases: Leases, now: number) => PreviewView;
  readonly now?: () => number;
  /** Milliseconds without a request after which the app is watched no more. */
  readonly dropAfter?: number;
  /** Milliseconds after which the store is asked again: a watch hears nothing of other processes on the same file. */
  readonly rereadAfter?: number;
}

export interface WatchedLookup extends PreviewLookup {
  /** How many apps are being watched. */
  readonly size: number;
  /** Ends all watches and timers; afterwards `find` reads the store each time. */
  close(): Promise<void>;
}

type Entries = readonly Deno.KvEntryMaybe<unknown>[];

interface Watched {
  entries: Entries;
  /** Counts what the watch told. */
  told: number;
  /** When the store was read last. */
  readAt: number;
  askedAt: number;
  drop(): Promise<void>;
}

export function createLookup(kv: Deno.Kv, options: LookupOptions): WatchedLookup {
  const { toView, now = Date.now, dropAfter = 60_000, rereadAfter = 1_000 } = options;
  const watched = new Map<AppId, Watched>();
  const reading = new Map<AppId, Promise<Entries>>();
  let closed = false;

  function watch(appId: AppId, entries: Entries): void {
    const reader = kv.watch(keysOf(appId)).getReader();
    let timer = setTimeout(check, dropAfter);
    const state: Watched = {
      entries,
      told: 0,
      readAt: now(),
      askedAt: now(),
      drop() {
        clearTimeout(timer);
        if (watched.get(appId) === state) watched.delete(appId);
        return reader.cancel();
      },
    };
    /** One timer per app and minute, instead of one per request. */
    function check() {
      const left = state.askedAt + dropAfter - now();
      if (left <= 0) state.drop().catch(() => {});
      else timer = setTimeout(check, left);
    }
    async function follow() {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        // A fresh read may have overtaken it.
        if (isOlder(value, state.entries)) continue;
        state.entries = value;
        state.told++;
        state.readAt = now();
      }
    }
    // A watch that fails takes what is known with it: the next request reads the store and begins anew.
    follow().catch(() => {}).finally(() => state.drop().catch(() => {}));
    watched.set(appId, state);
  }

  /** Requests that come together share one read, unless it may have begun too early for them. */
  function read(appId: AppId, fresh: boolean): Promise<Entries> {
    const running = reading.get(appId);
    if (running && !fresh) return running;
    if (fresh) return kv.getMany<unknown[]>(keysOf(appId));
    const promise = kv.getMany<unknown[]>(keysOf(appId)).finally(() => reading.delete(appId));
    reading.set(appId, promise);
    return promise;
  }

  return {
    async find(appId, { fresh = false } = {}) {
      const before = watched.get(appId);
      const told = before?.told;
      let entries = before?.entries;
      if (fresh || before === undefined || entries === undefined || now() - before.readAt >= rereadAfter) {
        entries = await read(appId, fresh);
        const known = watched.get(appId);
        // What the watch told meanwhile is newer than what was read, or of the time before.
        const toldNow = known !== undefined && (known !== before || known.told !== told);
        if (toldNow && !isOlder(known.entries, entries)) entries = known.entries;
        else if (known !== undefined) Object.assign(known, { entries, readAt: now() });
        // Made-up names are not watched, or anybody could fill this map.
        else if (!closed && entries[0].value !== null) watch(appId, entries);
      }
      const known = watched.get(appId);
      if (known !== undefined) known.askedAt = now();
      return viewOf(entries, toView, now());
    },
    get size() {
      return watched.size;
    },
    async close() {
      closed = true;
      await Promise.all([...watched.values()].map((state) => state.drop()));
    },
  };
}

/** By the record: what goes before its last change is older, whatever way it came. */
function isOlder([, a]: Entries, [, b]: Entries): boolean {
  return a.versionstamp !== null && b.versionstamp !== null && a.versionstamp < b.versionstamp;
}

const keysOf = (appId: AppId) => [
  keys.app(appId),
  keys.preview(appId),
  keys.lease(appId, "build"),
  keys.lease(appId, "instance"),
];

interface Parsed {
  readonly app: App;
  readonly record: PreviewRecord;
  readonly leases: Leases;
}

/** Once for what the store said, however many requests follow. */
const parsed = new WeakMap<Entries, Parsed | null>();

function viewOf(entries: Entries, toView: LookupOptions["toView"], now: number): PreviewView | null {
  if (!parsed.has(entries)) parsed.set(entries, parse(entries));
  const known = parsed.get(entries) ?? null;
  return known && toView(known.app, known.record, known.leases, now);
}

function parse(entries: Entries): Parsed | null {
  const [app, record, build, instance] = entries.map((entry) => entry.value);
  if (app === null) return null;
  return {
    app: App.parse(app),
    record: record === null ? EMPTY_RECORD : PreviewRecord.parse(record),
    leases: {
      build: build === null ? null : Lease.parse(build),
      instance: instance === null ? null : Lease.parse(instance),
    },
  };
}
