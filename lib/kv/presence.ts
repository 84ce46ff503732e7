/** Who looks: isolates that are alive, and the apps that each has viewers of (X5). */
import { logError } from "../log.ts";
import type { AppId } from "../protocol/ids.ts";
import { Lease } from "../preview/record.ts";
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

/** milliseconds */
const ISOLATE_LIFE = 24_000;
const HEARTBEAT = 8_000;
/** So long after the last viewer left, a page that reloads still counts. */
export const GRACE = 5_000;

interface Isolate {
  readonly until: number;
  /** Where it runs, so that the next server on the same machine need not wait for its leases to lapse. */
  readonly host: string;
  readonly pid: number;
}

export interface Presence {
  /** Counts one viewer; resolves when the lease is in KV. The returned function takes the viewer away again. */
  join(appId: AppId): Promise<() => void>;
  /** True while this isolate has viewers of the app, or had some a moment ago. */
  here(appId: AppId): boolean;
  /** How many isolates have viewers of the app. */
  count(appId: AppId): Promise<number>;
  /** Ends the heartbeat and takes this isolate's leases back. */
  close(): Promise<void>;
}

export interface PresenceOptions {
  readonly isolateId: string;
  readonly host: string;
  readonly pid: number;
  readonly graceMs?: number;
  /** Called when the first viewer came, and when the grace after the last is over. */
  readonly onChange?: (appId: AppId, watched: boolean) => void;
  /** Called where this isolate was silent for so long that others took it for dead. */
  readonly onRevival?: () => void;
}

export async function createPresence(kv: Deno.Kv, options: PresenceOptions): Promise<Presence> {
  const { isolateId, host, pid, graceMs = GRACE } = options;
  const apps = new Map<
    AppId,
    { viewers: number; written: Promise<void>; leaving?: ReturnType<typeof setTimeout> }
  >();
  let until = 0;

  async function beat(): Promise<void> {
    const now = Date.now();
    const revived = until !== 0 && now > until;
    until = now + ISOLATE_LIFE;
    await commitLocked(
      kv.atomic().set(keys.isolate(isolateId), { until, host, pid } satisfies Isolate, {
        expireIn: ISOLATE_LIFE * 10,
      }),
    );
    if (revived) options.onRevival?.();
  }

  await beat();
  const heart = setInterval(() =>
    beat().catch((error) => {
      logError("heartbeat-failed", error);
    }), HEARTBEAT);

  async function write(appId: AppId, watched: boolean): Promise<void> {
    const key = keys.viewers(appId, isolateId);
    await commitLocked(watched ? kv.atomic().set(key, true) : kv.atomic().delete(key));
  }

  function leave(appId: AppId): void {
    const entry = apps.get(appId);
    if (!entry || --entry.viewers > 0) return;
    entry.leaving = setTimeout(() => {
      apps.delete(appId);
      options.onChange?.(appId, false);
      entry.written.catch(() => {}).then(() => apps.has(appId) ? undefined : write(appId, false)).catch(
        () => {},
      );
    }, graceMs);
  }

  return {
    async join(appId) {
      let entry = apps.get(appId);
      const first = entry === undefined;
      if (!entry) apps.set(appId, entry = { viewers: 0, written: write(appId, true) });
      entry.viewers++;
      clearTimeout(entry.leaving);
      let left = false;
      const release = () => {
        if (!left) leave(appId);
        left = true;
      };
      try {
        await entry.written;
      } catch (error) {
        release();
        throw error;
      }
      if (first) options.onChange?.(appId, true);
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
    async close() {
      clearInterval(heart);
      const atomic = kv.atomic().delete(keys.isolate(isolateId));
      for (const [appId, entry] of apps) {
        clearTimeout(entry.leaving);
        await entry.written.catch(() => {});
        atomic.delete(keys.viewers(appId, isolateId));
      }
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
