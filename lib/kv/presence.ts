/** Who looks: isolates that are alive, and the apps that each has viewers of (X5). */
import { logError } from "../log.ts";
import type { AppId } from "../protocol/ids.ts";
import { Lease } from "../preview/record.ts";
import { commitLocked } from "./commit.ts";
import type { Isolate } from "./isolates.ts";
import { keys } from "./keys.ts";

/** milliseconds */
const ISOLATE_LIFE = 24_000;
const HEARTBEAT = 8_000;
/** Longer than a process takes to end: its other isolates must still find why. */
const FAREWELL = 6_000;
/** So long after the last viewer left, a page that reloads still counts. */
export const GRACE = 5_000;

interface Watched {
  viewers: number;
  /** The lease's way into KV; null before the first try, and after one that failed. */
  written: Promise<void> | null;
  /** `onChange` was called. */
  told: boolean;
  leaving?: ReturnType<typeof setTimeout>;
}

export interface Presence {
  /** Counts one viewer; resolves when the lease is in KV. The returned function takes the viewer away again. */
  join(appId: AppId): Promise<() => void>;
  /** True while this isolate has viewers of the app, or had some a moment ago. */
  here(appId: AppId): boolean;
  /** How many isolates have viewers of the app. */
  count(appId: AppId): Promise<number>;
  /** Leaves a last word: this isolate ends its process because of an error. The entry outlives `close` by a moment. */
  fail(): Promise<void>;
  /** Ends the heartbeat and takes this isolate's leases back. */
  close(): Promise<void>;
}

export interface PresenceOptions {
  readonly isolateId: string;
  readonly host: string;
  readonly pid: number;
  readonly graceMs?: number;
  /**
   * Called when the first viewer came, and when the grace after the last is over; also, with `true` again, for each app
   * that is watched here when `onRevival` is.
   */
  readonly onChange?: (appId: AppId, watched: boolean) => void;
  /** Called where this isolate was silent for so long that others took it for dead. */
  readonly onRevival?: () => void;
}

export async function createPresence(kv: Deno.Kv, options: PresenceOptions): Promise<Presence> {
  const { isolateId, host, pid, graceMs = GRACE } = options;
  const apps = new Map<AppId, Watched>();
  const writes = new Map<AppId, Promise<void>>();
  /** Apps that have no viewers here any more, though the store may say so: the next heartbeat tries again. */
  const leftBehind = new Set<AppId>();
  let until = 0;
  let closed = false;
  let failed = false;

  async function beat(): Promise<void> {
    const next = Date.now() + ISOLATE_LIFE;
    await commitLocked(
      kv.atomic().set(keys.isolate(isolateId), { until: next, host, pid } satisfies Isolate, {
        expireIn: ISOLATE_LIFE * 10,
      }),
    );
    const revived = until !== 0 && Date.now() > until;
    // Others may have cleared away what we had written.
    if (revived) await Promise.all([...apps.keys()].map((appId) => write(appId, true)));
    until = next;
    if (revived) rejoin();
    for (const appId of leftBehind) takeBack(appId);
  }

  /** A join: what happened meanwhile was decided without this isolate, and its watches may have said nothing of it. */
  function rejoin(): void {
    for (const [appId, { told }] of apps) if (told && !closed) options.onChange?.(appId, true);
    options.onRevival?.();
  }

  await beat();
  let beating = Promise.resolve();
  const heart = setInterval(() => {
    beating = beat().catch((error) => logError("heartbeat-failed", error));
  }, HEARTBEAT);

  /** One after the other for each app, so that what was asked for last is what stands there. */
  function write(appId: AppId, watched: boolean): Promise<void> {
    const key = keys.viewers(appId, isolateId);
    const done = (writes.get(appId) ?? Promise.resolve()).catch(() => {}).then(async () => {
      await commitLocked(watched ? kv.atomic().set(key, true) : kv.atomic().delete(key));
    }).finally(() => {
      if (writes.get(appId) === done) writes.delete(appId);
    });
    writes.set(appId, done);
    return done;
  }

  function takeBack(appId: AppId): void {
    leftBehind.add(appId);
    write(appId, false).then(
      () => leftBehind.delete(appId),
      (error) => logError("presence-failed", error, { appId }),
    );
  }

  function leave(appId: AppId): void {
    const entry = apps.get(appId);
    if (!entry || --entry.viewers > 0) return;
    entry.leaving = setTimeout(() => {
      apps.delete(appId);
      if (entry.told) options.onChange?.(appId, false);
      takeBack(appId);
    }, graceMs);
  }

  return {
    async join(appId) {
      // Streams that come while this isolate ends are sent on at once.
      if (closed) return () => {};
      let entry = apps.get(appId);
      if (!entry) apps.set(appId, entry = { viewers: 0, written: null, told: false });
      leftBehind.delete(appId);
      entry.viewers++;
      clearTimeout(entry.leaving);
      let left = false;
      const release = () => {
        if (!left) leave(appId);
        left = true;
      };
      const written = entry.written ??= write(appId, true);
      try {
        await written;
      } catch (error) {
        // The next viewer tries again.
        if (entry.written === written) entry.written = null;
        release();
        throw error;
      }
      if (!entry.told && !closed) {
        entry.told = true;
        options.onChange?.(appId, true);
      }
      return release;
    },
    here: (appId) => apps.has(appId),
    async count(appId) {
      let fresh = 0;
      for await (const { key } of kv.list({ prefix: keys.viewersOf(appId) })) {
        const { value } = await kv.get<Isolate>(keys.isolate(key[2] as string));
        if (value && value.until > Date.now()) fresh++;
        // Viewers of an isolate that died: nobody else takes them away.
        else if (!value) await commitLocked(kv.atomic().delete(key));
      }
      return fresh;
    },
    async fail() {
      failed = true;
      clearInterval(heart);
      await beating;
      const last: Isolate = { until: Date.now() + FAREWELL, host, pid, failed };
      await commitLocked(kv.atomic().set(keys.isolate(isolateId), last, { expireIn: ISOLATE_LIFE }));
    },
    async close() {
      closed = true;
      clearInterval(heart);
      for (const { leaving } of apps.values()) clearTimeout(leaving);
      await Promise.allSettled([beating, ...writes.values()]);
      const atomic = kv.atomic();
      if (!failed) atomic.delete(keys.isolate(isolateId));
      for (const appId of apps.keys()) atomic.delete(keys.viewers(appId, isolateId));
      apps.clear();
      await commitLocked(atomic).catch(() => {});
    },
  };
}

/**
 * Lets the leases of isolates lapse at once whose process on this machine is gone, so that after a crash the next
 * server goes on in a moment instead of half a minute.
 */
export async function buryTheDead(
  kv: Deno.Kv,
  host: string,
  isAlive: (pid: number) => boolean,
): Promise<string[]> {
  const dead: string[] = [];
  for await (const { key, value } of kv.list<Isolate>({ prefix: keys.isolates() })) {
    if (value.host !== host || isAlive(value.pid)) continue;
    dead.push(key[1] as string);
    await commitLocked(kv.atomic().delete(key));
  }
  if (dead.length === 0) return dead;
  for await (const entry of kv.list({ prefix: keys.leases() })) {
    const lease = Lease.parse(entry.value);
    if (!dead.includes(lease.isolateId)) continue;
    await commitLocked(kv.atomic().check(entry).set(entry.key, { ...lease, until: 0 }));
  }
  return dead;
}
