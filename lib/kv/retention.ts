/**
 * What is kept of an app's past: its newest 20 deploys, 30 days of them, with their logs. What is older goes in the
 * background, in sweeps that do a bounded amount of work each. What is live, or has an open log, stays in any case.
 *
 * No sweep looks at every app: a deploy that begins leaves a mark that its app is due, and whoever trims the app leaves
 * another one for the day when the next of its deploys will be too old.
 */
import type { AppId } from "../protocol/ids.ts";
import { Deploy, LogHead, PreviewRecord } from "../preview/record.ts";
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

/** Milliseconds. */
export const KEPT_FOR = 30 * 24 * 60 * 60_000;
const KEPT_DEPLOYS = 20;

/** Apps, marks of them, and batches of log that one sweep handles at most. A commit takes 100 checks. */
const APPS_PER_SWEEP = 20;
const MARKS_PER_SWEEP = 100;
const BATCHES_PER_SWEEP = 2_000;
/** Deploys that are looked at in one go; the limit of a commit is 1,000 mutations. */
const DEPLOYS_AT_ONCE = 100;
const DELETES_PER_COMMIT = 500;

export interface Kept {
  /** Milliseconds. */
  readonly age?: number;
  readonly deploys?: number;
  /** Batches of log that one sweep removes at most. */
  readonly batchesPerSweep?: number;
}

export interface Trimmed {
  readonly deploys: number;
  readonly batches: number;
}

/** Removes some of what is no longer kept of the apps that are due. Any number of isolates may do so at once. */
export async function trimHistory(kv: Deno.Kv, now: number, kept: Kept = {}): Promise<Trimmed> {
  const { age = KEPT_FOR, deploys: newest = KEPT_DEPLOYS, batchesPerSweep = BATCHES_PER_SWEEP } = kept;
  let deploys = 0;
  let batches = 0;

  for (const [appId, marks] of await appsDue()) {
    const next = await trimApp(appId);
    if (next === "more") break;
    const atomic = kv.atomic();
    for (const mark of marks) atomic.check(mark).delete(mark.key);
    if (next !== null) atomic.set(keys.trim(next, appId), true);
    // Where a check fails a deploy has begun in this very millisecond: the marks stay, for the next sweep.
    await commitLocked(atomic);
  }
  return { deploys, batches };

  async function appsDue(): Promise<Map<AppId, Deno.KvEntry<unknown>[]>> {
    const due = new Map<AppId, Deno.KvEntry<unknown>[]>();
    const range = { start: keys.trims(), end: [...keys.trims(), now + 1] };
    for await (const mark of kv.list(range, { limit: MARKS_PER_SWEEP })) {
      const appId = mark.key[2] as AppId;
      const marks = due.get(appId);
      if (marks) marks.push(mark);
      else if (due.size < APPS_PER_SWEEP) due.set(appId, [mark]);
    }
    return due;
  }

  /** @returns when the app is due again, or null; "more" where this sweep has done enough */
  async function trimApp(appId: AppId): Promise<number | null | "more"> {
    const stored = await kv.get(keys.preview(appId));
    const record = stored.value === null ? null : PreviewRecord.parse(stored.value);
    const inUse = new Set([
      record?.build?.deployId,
      record?.instance?.deployId,
      record?.latest?.deployId,
      record?.live,
    ]);
    let next: number | null = null;
    let place = 0;
    const all = kv.list({ prefix: keys.deploys(appId) }, { reverse: true, batchSize: DEPLOYS_AT_ONCE });
    for await (const { value } of all) {
      const { id, createdAt } = Deploy.parse(value);
      const tooMany = ++place > newest;
      if (inUse.has(id)) continue;
      if (!tooMany && createdAt + age > now) {
        next = Math.min(next ?? Infinity, createdAt + age);
        continue;
      }
      const done = await trimDeploy(appId, id);
      if (done === "more") return "more";
      // Its log is open still; it ends with another deploy, which leaves a mark.
      if (done) deploys++;
    }
    return next;
  }

  /** First the head says that the lines are gone, then they go, and the deploy last: a crash leaves it to be found again. */
  async function trimDeploy(appId: AppId, id: Deploy["id"]): Promise<boolean | "more"> {
    const entry = await kv.get(keys.logHead(id));
    const head = entry.value === null ? null : LogHead.parse(entry.value);
    if (head !== null && !head.closed) return false;
    if (head !== null && head.first < head.lines) {
      // The head outlives the lines, so that a cursor that points into them still leads to a gap.
      const trimmed: LogHead = { ...head, first: head.lines };
      await commitLocked(kv.atomic().check(entry).set(entry.key, trimmed, { expireIn: age }));
    }
    for (;;) {
      const atomic = kv.atomic();
      let count = 0;
      const some = Math.min(DELETES_PER_COMMIT, batchesPerSweep - batches);
      if (some === 0) return "more";
      for await (const { key } of kv.list({ prefix: keys.logs(id) }, { limit: some })) {
        atomic.delete(key);
        count++;
      }
      batches += count;
      if (count > 0) await commitLocked(atomic);
      if (count < some) break;
    }
    await commitLocked(kv.atomic().delete(keys.deploy(appId, id)));
    return true;
  }
}
