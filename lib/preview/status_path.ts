/**
 * The fast path to a status (A16): scripts and pages ask for it all the time, so where the answer is plain it is made
 * once for all who ask at the same moment, without routing and middleware. What is not plain takes the long way.
 */
import { setImmediate } from "node:timers";
import { AppId } from "../protocol/ids.ts";
import { shared } from "../shared.ts";
import { statusAnswer } from "./derive.ts";
import type { Leases, PreviewRecord } from "./record.ts";

/** Somebody, as the request shows him: by the hash of his API token or session. */
export interface Asker {
  readonly via: "token" | "session";
  readonly hash: string;
}

/**
 * The app's record and leases, of one snapshot, if that is all there is to it: the asker is who he shows, may see the
 * app, and nothing has to be noted of his visit. Null otherwise. `lib/kv/standings.ts` implements it.
 */
export type ReadStanding = (
  asker: Asker,
  appId: AppId,
) => Promise<{ readonly record: PreviewRecord; readonly leases: Leases } | null>;

export interface StatusPathPorts {
  readonly read: ReadStanding;
  readonly previewUrl: (appId: AppId) => string;
  readonly now: () => number;
}

/** @returns the JSON of the answer; null where the long way has to be taken */
export type StatusPath = (asker: Asker, id: string) => Promise<string | null>;

export function createStatusPath({ read, previewUrl, now }: StatusPathPorts): StatusPath {
  const answer = shared(async (name: string) => {
    const [via, hash, id] = name.split(" ");
    const appId = id as AppId;
    const standing = await read({ via: via as Asker["via"], hash }, appId);
    if (standing === null) return null;
    return JSON.stringify(statusAnswer(standing.record, standing.leases, now(), previewUrl(appId)));
    // Requests that lie in the sockets come in this turn of the event loop, one after the other.
  }, () => new Promise((resolve) => setImmediate(resolve)));
  return ({ via, hash }, id) =>
    AppId.safeParse(id).success ? answer(`${via} ${hash} ${id}`) : Promise.resolve(null);
}
