/** What the proxy sees of a record: the same derivation that people see, so the two can never disagree (S11). */
import type { App } from "../preview/app.ts";
import { present, previewState } from "../preview/derive.ts";
import type { Leases, PreviewRecord } from "../preview/record.ts";
import type { PreviewView } from "./upstream.ts";

/** @param now milliseconds since 1970: an instance whose lease has lapsed is not forwarded to */
export function previewView(app: App, record: PreviewRecord, leases: Leases, now: number): PreviewView {
  const seen = present(record, leases, now);
  return {
    name: app.name,
    state: previewState(seen),
    upstream: seen.instance?.url ?? null,
    pendingBuild: seen.pendingBuild !== null,
    error: seen.lastError,
  };
}
