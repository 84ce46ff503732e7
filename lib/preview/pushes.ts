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

/** Another push was committed while the host was asked: the answer says nothing about that one. */
class Overtaken extends Error {}

/** Deliveries that overtake each other while one of them is handled; more are left to the inbox. */
const MAX_TRIES = 10;

/**
 * @returns "gone" for an unknown app, "duplicate" where the delivery was handled before
 * @throws Error where other pushes keep coming in between: the delivery is not handled then
 */
export async function handlePush(
  { store, coordinator, resolveBranch }: PushPorts,
  appId: AppId,
  push: PushedCommit,
  delivery: Delivery,
): Promise<"handled" | "duplicate" | "gone"> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const loaded = await store.load(appId);
    if (loaded === null) return "gone";
    const { app: { repository, branch }, record: { pushed: known } } = loaded;
    const head = compareToNewest(known, push) === "unknown"
      ? await resolveBranch({ repository, branch })
      : null;
    const newest: PushedCommit = head?.ok ? { after: head.commit, before: null } : push;
    try {
      const saved = await coordinator.handle(appId, ({ record: { pushed } }) => {
        // Looked at again with what is committed now: another delivery may have come in between.
        const order = compareToNewest(pushed, newest);
        if (order === "unknown" && pushed?.commit !== known?.commit) throw new Overtaken();
        if (order === "older") return null;
        return { type: "pushed", commit: newest.after, before: newest.before, trigger: "push" };
      }, delivery);
      if (saved === null) return "gone";
      return saved === "handled" ? "duplicate" : "handled";
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  throw new Error("Cannot tell which push is the newest: others kept coming");
}
