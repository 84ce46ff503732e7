/** The port to an app's history as the store keeps it. `lib/kv/history.ts` implements it. */
import type { AppId, DeployId } from "../protocol/ids.ts";
import type { LogPayload } from "../protocol/events.ts";
import type { Leases, LogHead, PreviewRecord } from "../preview/record.ts";
import type { NumberedEvent } from "../preview/store.ts";

export interface Present {
  readonly record: PreviewRecord;
  readonly leases: Leases;
  /** Of the open logs, of the newest deploy, and of those asked for; without those that are gone. */
  readonly heads: Readonly<Record<string, LogHead>>;
}

export interface History {
  /** Null for an unknown app. */
  read(appId: AppId, also: readonly DeployId[]): Promise<Present | null>;
  /** Events after `rev` up to and including `to`, as far as they are still kept; `atMost` of them, 500 by default. */
  events(appId: AppId, rev: number, to: number, atMost?: number): Promise<NumberedEvent[]>;
  /** Lines `from` up to but not including `to`; may begin later where trimmed, and end sooner: look at their numbers. */
  lines(deployId: DeployId, from: number, to: number): Promise<LogPayload[]>;
  /** Calls back where there may be more, with what is known; null where the app is gone. */
  watch(
    appId: AppId,
    callback: (rev: number | null, lines: Readonly<Record<string, number>>) => void,
  ): () => void;
}
