/** The port through which the coordinator has a commit built and started. `lib/build` implements it. */
import type { App } from "./app.ts";
import type { AppId, CommitId, DeployId } from "../protocol/ids.ts";
import type { LogPayload } from "../protocol/events.ts";

export interface BuildJob {
  readonly app: App;
  readonly deployId: DeployId;
  readonly commit: CommitId;
  /** Names the workspace, so that two builders of one app never share a directory. */
  readonly token: string;
  /** A workspace where this very commit was installed before, if it is still there; fetch and install are then skipped. */
  readonly reuse: string | null;
}

export type LogLine = Omit<LogPayload, "deployId" | "line">;

/** What the run tells while it goes on. */
export interface BuildSink {
  /** Resolves when the log has room for more: the child's pipe waits for it. Lines are in order, clean and masked already. */
  write(lines: readonly LogLine[]): Promise<void>;
  /** The app's process was started; its port is being probed. */
  starting(): Promise<void>;
}

export type BuildOutcome =
  /** `workspace` names the one that it runs in: its own, or the one that was reused. */
  | { readonly ok: true; readonly url: string; readonly instanceId: string; readonly workspace: string }
  /** `message` is for people: what failed, and what to do next; at most 4 KiB. */
  | { readonly ok: false; readonly message: string };

export interface Stopped {
  readonly exitCode: number | null;
  /** "SIGTERM" and the like */
  readonly signal: string | null;
}

export interface BuildRun {
  /** Never rejects. After a `stop()` before it was live: `ok: false`. */
  readonly outcome: Promise<BuildOutcome>;
  /** Resolves when no process of the run is alive and its last line was handed to the sink. Never rejects. */
  readonly stopped: Promise<Stopped>;
  /** Ends every process of the run, politely and then at once; resolves with `stopped`. May be called twice. */
  stop(): Promise<Stopped>;
}

export interface Runner {
  start(job: BuildJob, sink: BuildSink): BuildRun;
  /** Removes the app's workspaces on this machine, except those named; a function is asked after they were listed. */
  sweep(appId: AppId, keep: readonly string[] | (() => Promise<readonly string[]>)): Promise<void>;
}
