/** `PreviewStore` on Deno KV. */
import type { AppId, DeployId } from "../protocol/ids.ts";
import { previewState } from "../preview/derive.ts";
import { App } from "../preview/app.ts";
import { Deploy, EMPTY_RECORD, EventEntry, Lease, LogHead, PreviewRecord } from "../preview/record.ts";
import type { Step } from "../preview/machine.ts";
import type { LeaseKind, Loaded, NumberedEvent, PreviewStore, Saved } from "../preview/store.ts";
import { type Attempt, commit, commitLocked } from "./commit.ts";
import { markHandled } from "./deliveries.ts";
import { keys } from "./keys.ts";
import { KEPT_FOR } from "./retention.ts";
import { shared } from "../shared.ts";

/** milliseconds */
export const LEASE_LIFE = 30_000;
const EVENT_LIFE = 60 * 60_000;

/** A dashboard's line about one app. */
export interface BoardLine {
  readonly name: string;
  readonly state: ReturnType<typeof previewState>;
  readonly pendingBuild: boolean;
  readonly commit: string | null;
  readonly at: number;
}

export function createPreviewStore(kv: Deno.Kv): PreviewStore {
  async function read(appId: AppId) {
    const [app, preview, build, instance] = await kv.getMany([
      keys.app(appId),
      keys.preview(appId),
      keys.lease(appId, "build"),
      keys.lease(appId, "instance"),
    ]);
    if (app.value === null) return null;
    const loaded: Loaded = {
      app: App.parse(app.value),
      record: preview.value === null ? EMPTY_RECORD : PreviewRecord.parse(preview.value),
      leases: { build: readLease(build.value), instance: readLease(instance.value) },
    };
    return { loaded, app, preview };
  }

  return {
    load: shared(async (appId: AppId) => (await read(appId))?.loaded ?? null),

    async change(appId, decide, { isolateId, now, delivery }) {
      type Value = (Saved & { loaded: Loaded }) | null | "handled";
      const { value } = await commit(async (): Promise<Attempt<Value>> => {
        const current = await read(appId);
        if (current === null) return { value: null };
        const { loaded, app, preview } = current;
        const atomic = kv.atomic().check(app, preview);
        const fresh = delivery ? await markHandled(kv, atomic, delivery.provider, delivery.id) : true;
        if (!fresh) return { value: "handled" };
        const step = decide(loaded);
        if (step.record === loaded.record) {
          const value = { loaded, record: loaded.record, entries: [] };
          return delivery ? { atomic, value } : { value };
        }
        const time = now();
        const { record } = step;
        await writeDeploys(kv, atomic, appId, step, time);
        // Read last: a log that is being written moves on, and whoever closes it has to be faster.
        const at = await writeLogHeads(kv, atomic, appId, loaded.record, step);
        const lease = (kind: LeaseKind, token: (r: PreviewRecord) => string | null) =>
          writeLease(atomic, appId, kind, token(loaded.record), token(record), isolateId, time);
        // A queued build has a lease without a token, so that the sweep finds it when nobody claims it.
        lease("build", (r) => r.build && (r.build.token ?? ""));
        lease("instance", (r) => r.instance && r.instance.token);
        const entries = numberEvents(loaded.record.rev, step, at, time);
        for (const { rev, ...entry } of entries) {
          atomic.set(keys.event(appId, rev), entry satisfies EventEntry, { expireIn: EVENT_LIFE });
        }
        atomic.set(keys.preview(appId), record);
        atomic.set(keys.board(loaded.app.owner, appId), boardLine(loaded.app, record, time));
        atomic.sum(keys.feed(loaded.app.owner), 1n);
        return { atomic, value: { loaded, record, entries } };
      });
      return value;
    },

    async renew(appId, kind, token, until) {
      const { value } = await commit(async (): Promise<Attempt<boolean>> => {
        const entry = await kv.get(keys.lease(appId, kind));
        const lease = readLease(entry.value);
        if (lease?.token !== token) return { value: false };
        return { atomic: kv.atomic().check(entry).set(entry.key, { ...lease, until }), value: true };
      });
      return value;
    },

    async release(appId, kind, token, handOver) {
      // Again where a renewal came in between, or it would stand for its whole life.
      await commit(async (): Promise<Attempt<void>> => {
        const entry = await kv.get(keys.lease(appId, kind));
        const lease = readLease(entry.value);
        if (lease?.token !== token) return { value: undefined };
        const released: Lease = { ...lease, until: 0, ...(handOver ? { handedOver: true } : {}) };
        return { atomic: kv.atomic().check(entry).set(entry.key, released), value: undefined };
      });
    },

    async deploy(appId, id) {
      const { value } = await kv.get(keys.deploy(appId, id));
      return value === null ? null : Deploy.parse(value);
    },

    async deploys(appId, limit) {
      const found: Deploy[] = [];
      for await (const { value } of kv.list({ prefix: keys.deploys(appId) }, { limit, reverse: true })) {
        found.push(Deploy.parse(value));
      }
      return found;
    },

    async active(appId) {
      const { value } = await kv.get<Deno.KvU64>(keys.active(appId));
      return value === null ? 0 : Number(value.value);
    },

    async touch(appId, at) {
      await commitLocked(kv.atomic().max(keys.active(appId), BigInt(at)));
    },

    async leased() {
      const apps = new Set<AppId>();
      for await (const { key } of kv.list({ prefix: keys.leases() })) apps.add(key[1] as AppId);
      return [...apps];
    },
  };
}

function readLease(value: unknown): Lease | null {
  return value === null ? null : Lease.parse(value);
}

/** A lease lives and dies with its token: it is made in the atomic that puts the token into the record. */
function writeLease(
  atomic: Deno.AtomicOperation,
  appId: AppId,
  kind: LeaseKind,
  before: string | null,
  after: string | null,
  isolateId: string,
  now: number,
): void {
  if (before === after) return;
  const key = keys.lease(appId, kind);
  if (after !== null) atomic.set(key, { token: after, isolateId, until: now + LEASE_LIFE } satisfies Lease);
  else atomic.delete(key);
}

/**
 * Fences the logs: one that begins or changes hands gets the new token, one that ends is closed. Whoever wrote there
 * holds an old versionstamp then, and his next append fails.
 * @returns the lines of each log that was open before or begins now
 */
async function writeLogHeads(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  appId: AppId,
  before: PreviewRecord,
  { record, opens, closes }: Step,
): Promise<Record<string, number>> {
  const open = new Set<DeployId>(opens);
  if (before.build?.token) open.add(before.build.deployId);
  if (before.instance) open.add(before.instance.deployId);
  const at: Record<string, number> = {};
  for (const deployId of open) {
    const entry = await kv.get(keys.logHead(deployId));
    const head = entry.value === null ? null : LogHead.parse(entry.value);
    at[deployId] = head?.lines ?? 0;
    const token = record.build?.deployId === deployId ? record.build.token : null;
    const closing = closes.includes(deployId);
    const changesHands = token !== null && token !== head?.token;
    if (!closing && !changesHands) continue;
    const next: LogHead = {
      appId,
      lines: head?.lines ?? 0,
      first: head?.first ?? 0,
      closed: closing,
      token: token ?? head?.token ?? "",
    };
    atomic.check(entry).set(keys.logHead(deployId), next, closing ? { expireIn: KEPT_FOR } : {});
  }
  return at;
}

async function writeDeploys(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  appId: AppId,
  step: Step,
  now: number,
): Promise<void> {
  for (const { id, status, begin, error } of step.deploys) {
    const key = keys.deploy(appId, id);
    const ended = status === "failed" || status === "cancelled" || status === "superseded";
    const stored = begin ? null : (await kv.get(key)).value;
    const deploy: Deploy | null = begin
      ? { id, ...begin, status, error: null, createdAt: now, endedAt: null }
      : stored === null
      ? null
      : Deploy.parse(stored);
    if (deploy === null) continue;
    atomic.set(key, {
      ...deploy,
      status,
      error: error ?? deploy.error,
      endedAt: ended ? now : deploy.endedAt,
    });
    // One more deploy is one too many, perhaps: the next sweep looks.
    if (begin) atomic.set(keys.trim(now, appId), true);
  }
}

function numberEvents(rev: number, step: Step, at: Record<string, number>, time: number): NumberedEvent[] {
  const last = step.events.length - 1;
  return step.events.map((event, i) => ({
    rev: rev + 1 + i,
    event,
    at,
    opens: i === 0 ? [...step.opens] : [],
    closes: i === last ? [...step.closes] : [],
    time,
  }));
}

function boardLine(app: App, record: PreviewRecord, at: number): BoardLine {
  return {
    name: app.name,
    state: previewState(record),
    pendingBuild: record.pendingBuild !== null,
    commit: (record.build ?? record.instance ?? record.latest)?.commit ?? null,
    at,
  };
}
