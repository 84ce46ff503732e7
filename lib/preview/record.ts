/** The truth about an app's preview: one record in KV, and what stands around it. Times are milliseconds since 1970. */
import * as z from "zod";
import { AppId, CommitId, DeployId } from "../protocol/ids.ts";
import { DeployStatus, DeployTrigger, StopReason } from "../protocol/states.ts";
import { StoredEvent } from "../protocol/events.ts";

/** `queued` waits for an isolate to claim it and has no token yet. */
export const BuildPhase = z.enum(["queued", "building", "starting"]);

export const Build = z.object({
  deployId: DeployId,
  commit: CommitId,
  trigger: DeployTrigger,
  phase: BuildPhase,
  /** Whoever holds it may act for this build; null while queued. */
  token: z.string().nullable(),
  /** How many isolates have died of, or during, this build; those that handed it over do not count. */
  takeovers: z.int(),
});
export type Build = z.infer<typeof Build>;

export const Instance = z.object({
  id: z.string(),
  deployId: DeployId,
  commit: CommitId,
  /** Where this machine reaches it, `http://127.0.0.1:40123`. */
  url: z.string(),
  startedAt: z.number(),
  token: z.string(),
  /** The folder that it runs in; empty where an earlier version of this server did not note it. */
  workspace: z.string().default(""),
});
export type Instance = z.infer<typeof Instance>;

export const PreviewRecord = z.object({
  /** Number of the app's last event; 0 before the first. */
  rev: z.int(),
  pendingBuild: z.object({ commit: CommitId, at: z.number(), trigger: DeployTrigger }).nullable(),
  containerStopped: z.object({ at: z.number(), reason: StopReason, exitCode: z.int().optional() }).nullable(),
  build: Build.nullable(),
  instance: Instance.nullable(),
  lastError: z.string().max(4096).nullable(),
  /** The deploy that was live last, whether it runs, sleeps or stopped: the next one that is live supersedes it. */
  live: DeployId.nullable(),
  /** The newest push, with the commit that the branch had before it, to tell which of two pushes is newer. */
  pushed: z.object({ commit: CommitId, before: CommitId.nullable() }).nullable(),
  /** The newest deploy that was begun: what a wake brings back. `workspace` is where its files are, once it was live. */
  latest: z.object({ deployId: DeployId, commit: CommitId, workspace: z.string().nullable() }).nullable(),
});
export type PreviewRecord = z.infer<typeof PreviewRecord>;

export const EMPTY_RECORD: PreviewRecord = {
  rev: 0,
  pendingBuild: null,
  containerStopped: null,
  build: null,
  instance: null,
  lastError: null,
  live: null,
  pushed: null,
  latest: null,
};

/** The right to act, for a while: renewed every 10 s for 30 s under its own versionstamp. */
export const Lease = z.object({
  token: z.string(),
  isolateId: z.string(),
  until: z.number(),
  /** Given back in good order by an isolate that drains: whoever goes on need not suspect the build. */
  handedOver: z.literal(true).optional(),
});
export type Lease = z.infer<typeof Lease>;

export interface Leases {
  readonly build: Lease | null;
  readonly instance: Lease | null;
}

/** One attempt to bring a commit up. */
export const Deploy = z.object({
  id: DeployId,
  commit: CommitId,
  trigger: DeployTrigger,
  status: DeployStatus,
  error: z.string().nullable(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type Deploy = z.infer<typeof Deploy>;

/** One event of an app, under its rev. */
export const EventEntry = z.object({
  event: StoredEvent,
  /** Lines of each log that was open: they come before this event. */
  at: z.record(z.string(), z.int()),
  /** Logs that begin before this event, and logs that end with it. */
  opens: z.array(DeployId),
  closes: z.array(DeployId),
  /** When it happened. */
  time: z.number(),
});
export type EventEntry = z.infer<typeof EventEntry>;

/** Where a deploy's log stands. `first` is the first line that is still kept. */
export const LogHead = z.object({
  appId: AppId,
  lines: z.int(),
  first: z.int(),
  closed: z.boolean(),
  token: z.string(),
});
export type LogHead = z.infer<typeof LogHead>;
