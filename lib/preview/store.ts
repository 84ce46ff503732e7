/** The port to the truth: what the coordinator needs of a store. `lib/kv/previews.ts` implements it. */
import type { App } from "./app.ts";
import type { AppId, DeployId } from "../protocol/ids.ts";
import type { Deploy, EventEntry, Leases, LogHead, PreviewRecord } from "./record.ts";
import type { Step } from "./machine.ts";
import type { LogLine } from "./runner.ts";

/** Whoever holds an app's build lease builds, whoever holds its instance lease keeps it running. */
export type LeaseKind = "build" | "instance";

export interface Loaded {
  readonly app: App;
  readonly record: PreviewRecord;
  readonly leases: Leases;
}

/** An event with its rev. */
export interface NumberedEvent extends EventEntry {
  readonly rev: number;
}

export interface Delivery {
  readonly provider: string;
  readonly id: string;
}

export interface Saved {
  readonly record: PreviewRecord;
  readonly entries: readonly NumberedEvent[];
}

export interface PreviewStore {
  /** One snapshot of app, record and leases; null for an unknown app. */
  load(appId: AppId): Promise<Loaded | null>;
  /**
   * Loads, lets `decide` step, and commits record, events, deploys, leases, log heads, board line and the handled
   * delivery in one atomic; again from the load where somebody was faster. A token that is new in the record gets a
   * lease for `isolateId`.
   * @returns what was committed, also where nothing had to change; null for an unknown app; "handled" where the
   * delivery was handled before
   */
  change(
    appId: AppId,
    decide: (loaded: Loaded) => Step,
    options: { isolateId: string; now: () => number; delivery?: Delivery },
  ): Promise<(Saved & { readonly loaded: Loaded }) | null | "handled">;
  /** @returns false where the lease is no longer this token's */
  renew(appId: AppId, kind: LeaseKind, token: string, until: number): Promise<boolean>;
  /** Lets a lease lapse at once. @param handOver in good order, so that it is not held against the build */
  release(appId: AppId, kind: LeaseKind, token: string, handOver: boolean): Promise<void>;
  deploy(appId: AppId, id: DeployId): Promise<Deploy | null>;
  /** Newest first. */
  deploys(appId: AppId, limit: number): Promise<Deploy[]>;
  /** Milliseconds since 1970 of the last request to the preview; 0 before the first. */
  active(appId: AppId): Promise<number>;
  touch(appId: AppId, at: number): Promise<void>;
  /** Apps with a lease of their own: what a sweep has to look at. */
  leased(): Promise<AppId[]>;
}

/** The one writer of a deploy's log. */
export interface LogWriter {
  /** Resolves when there is room for more; lines are committed in the background. */
  write(lines: readonly LogLine[]): Promise<void>;
  /** Resolves when all that was written is committed, or the log is lost to another token. */
  flush(): Promise<void>;
  /** Nothing more will be written. */
  close(): void;
}

export interface LogStore {
  /** @param onLost called once when another token holds the log */
  writer(appId: AppId, deployId: DeployId, token: string, onLost: () => void): LogWriter;
  head(deployId: DeployId): Promise<LogHead | null>;
}
