/** What an isolate should do about an app, given what is true and what it has in hand. Pure and level-triggered. */
import { hasLapsed } from "./derive.ts";
import type { ClaimKind } from "./machine.ts";
import type { Leases, PreviewRecord } from "./record.ts";

/** What this isolate has in hand for one app. */
export interface Mine {
  /** Somebody looks at the app through this isolate. */
  readonly viewers: boolean;
  /** Tokens of the runs that live here. */
  readonly tokens: readonly string[];
  /** False while it drains, and where it may be stopped at any moment. */
  readonly mayBuild: boolean;
}

export type Action =
  | { readonly type: "claim"; readonly kind: ClaimKind }
  /** The run lost its token: end its processes. */
  | { readonly type: "stop"; readonly token: string }
  /** The instance's isolate is gone. */
  | { readonly type: "declare-lost"; readonly token: string };

/** @param record null: the app is gone; @param now milliseconds since 1970 */
export function reconcile(record: PreviewRecord | null, leases: Leases, mine: Mine, now: number): Action[] {
  const actions: Action[] = [];
  const holders = [record?.build?.token, record?.instance?.token];
  for (const token of mine.tokens) {
    if (!holders.includes(token)) actions.push({ type: "stop", token });
  }
  if (record === null) return actions;
  const { build, instance, pendingBuild } = record;
  if (instance && !mine.tokens.includes(instance.token) && hasLapsed(leases.instance, instance.token, now)) {
    actions.push({ type: "declare-lost", token: instance.token });
  }
  if (!mine.mayBuild) return actions;
  const wanted = build !== null && build.token === null;
  if (pendingBuild && (mine.viewers || wanted)) actions.push({ type: "claim", kind: "pending" });
  else if (wanted) actions.push({ type: "claim", kind: "queued" });
  else if (build?.token && !mine.tokens.includes(build.token) && hasLapsed(leases.build, build.token, now)) {
    const given = leases.build?.token === build.token && leases.build.handedOver;
    actions.push({ type: "claim", kind: given ? "handed-over" : "takeover" });
  }
  return actions;
}
