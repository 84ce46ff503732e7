/** What people see of a record: pure, used by the status fast path, the events and the pages alike. */
import type { StatusAnswer, StatusPayload } from "../protocol/events.ts";
import type { PreviewState } from "../protocol/states.ts";
import type { Lease, Leases, PreviewRecord } from "./record.ts";

/** A7. The first that fits, from top to bottom. */
export function previewState(record: PreviewRecord): PreviewState {
  if (record.build) return "building";
  if (record.containerStopped) return "sleeping";
  if (record.lastError !== null) return "error";
  if (record.instance) return "running";
  return record.latest || record.pendingBuild ? "idle" : "uninitialized";
}

export function statusPayload(record: PreviewRecord, previewUrl: string): StatusPayload {
  const shown = record.build ?? record.instance ?? record.latest;
  return {
    state: previewState(record),
    ...(record.instance ? { previewUrl } : {}),
    pendingBuild: record.pendingBuild !== null,
    ...(shown ? { commit: shown.commit, deployId: shown.deployId } : {}),
  };
}

/** True where nobody may act with this token any more. @param now milliseconds since 1970 */
export function hasLapsed(lease: Lease | null, token: string, now: number): boolean {
  return lease === null || lease.token !== token || lease.until <= now;
}

/** The record as it is, less an instance whose isolate is gone: it is not shown as running until somebody says so. */
export function present(record: PreviewRecord, leases: Leases, now: number): PreviewRecord {
  const { instance } = record;
  if (!instance || !hasLapsed(leases.instance, instance.token, now)) return record;
  return { ...record, instance: null, containerStopped: { at: now, reason: "lost" } };
}

export function derive(
  record: PreviewRecord,
  leases: Leases,
  now: number,
  previewUrl: string,
): StatusPayload {
  return statusPayload(present(record, leases, now), previewUrl);
}

/** A16 */
export function statusAnswer(
  record: PreviewRecord,
  leases: Leases,
  now: number,
  previewUrl: string,
): StatusAnswer {
  const seen = present(record, leases, now);
  const payload = statusPayload(seen, previewUrl);
  return {
    status: payload.state,
    previewUrl: payload.previewUrl ?? null,
    error: seen.lastError,
    pendingBuild: payload.pendingBuild,
    containerStopped: seen.containerStopped !== null,
  };
}
