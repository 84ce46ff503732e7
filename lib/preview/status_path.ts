/**
 * The fast path to a status (A16): scripts and pages ask for it all the time, so where the answer is plain it is made
 * without routing and middleware. What is not plain takes the long way.
 */
import { AppId } from "../protocol/ids.ts";
import { statusAnswer } from "./derive.ts";
import type { Lease, PreviewRecord } from "./record.ts";

/** Somebody, as the request shows him: by the hash of his API token or session. */
export interface Asker {
  readonly via: "token" | "session";
  readonly hash: string;
}

/**
 * The app's record and its instance's lease, of one snapshot, if that is all there is to it: the asker is who he shows,
 * may see the app, and nothing has to be noted of his visit. Null otherwise. `lib/kv/standings.ts` implements it.
 */
export type ReadStanding = (
  asker: Asker,
  appId: AppId,
) => Promise<{ readonly record: PreviewRecord; readonly instance: Lease | null } | null>;

export interface StatusPathPorts {
  readonly read: ReadStanding;
  readonly previewUrl: (appId: AppId) => string;
  readonly now: () => number;
}

/** @returns the JSON of the answer; null where the long way has to be taken */
export type StatusPath = (asker: Asker, id: string) => Promise<string | null>;

export function createStatusPath({ read, previewUrl, now }: StatusPathPorts): StatusPath {
  return async (asker, id) => {
    const app = AppId.safeParse(id);
    const standing = app.success ? await read(asker, app.data) : null;
    if (standing === null) return null;
    const leases = { build: null, instance: standing.instance };
    return JSON.stringify(statusAnswer(standing.record, leases, now(), previewUrl(app.data!)));
  };
}
