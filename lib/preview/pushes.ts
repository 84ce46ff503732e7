/** From a delivered push to the record: which commit is the newest, and that exactly once. */
import type { AppId, CommitId } from "../protocol/ids.ts";
import type { ResolveBranch } from "./apps.ts";
import type { Coordinator } from "./coordinator.ts";
import type { PreviewRecord } from "./record.ts";
import type { Delivery, PreviewStore } from "./store.ts";

export interface PushedCommit {
  readonly after: CommitId;
  /** Where the branch stood; null for a new branch, and where the host does not say. */
  readonly before: CommitId | null;
}

/**
 * | known newest push | this push | |
 * |---|---|---|
 * | none | any | newer |
 * | after = A | before = A | newer |
 * | before = B | after = B | older: it came late |
 * | after = A | after = A | same |
 * | else | | unknown: ask the host where the branch stands |
 */
export function compareToNewest(
  newest: PreviewRecord["pushed"],
  push: PushedCommit,
): "newer" | "older" | "same" | "unknown" {
  if (newest === null || push.before === newest.commit) return "newer";
  if (push.after === newest.commit) return "same";
  return newest.before !== null && push.after === newest.before ? "older" : "unknown";
}

export interface PushPorts {
  readonly store: Pick<PreviewStore, "load">;
  readonly coordinator: Pick<Coordinator, "handle">;
  readonly resolveBranch: ResolveBranch;
}

/** @returns "gone" for an unknown app, "duplicate" where the delivery was handled before */
export async function handlePush(
  { store, coordinator, resolveBranch }: PushPorts,
  appId: AppId,
  push: PushedCommit,
  delivery: Delivery,
): Promise<"handled" | "duplicate" | "gone"> {
  const loaded = await store.load(appId);
  if (loaded === null) return "gone";
  const { repository, branch } = loaded.app;
  const order = compareToNewest(loaded.record.pushed, push);
  const head = order === "unknown" ? await resolveBranch({ repository, branch }) : null;
  const newest: PushedCommit = head?.ok ? { after: head.commit, before: null } : push;
  const saved = await coordinator.handle(appId, ({ record }) => {
    // Looked at again with what is committed now: another delivery may have come in between.
    if (compareToNewest(record.pushed, newest) === "older") return null;
    return { type: "pushed", commit: newest.after, before: newest.before, trigger: "push" };
  }, delivery);
  if (saved === null) return "gone";
  return saved === "handled" ? "duplicate" : "handled";
}
