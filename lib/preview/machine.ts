/**
 * What happens to a preview's record, decided without IO or clock.
 *
 * | input            | when it counts                        | what it does                                              |
 * | ---------------- | ------------------------------------- | --------------------------------------------------------- |
 * | pushed           | the commit is news                    | waits in `pendingBuild`; the newest push wins             |
 * | build-requested  | always                                | a queued build instead of any other, and of what waits    |
 * | wake-requested   | nothing runs, or something waits      | a queued build of what waits, else of what ran last       |
 * | build-claimed    | there is a build to claim of that kind | the token may act; clears error, stop and what waited    |
 * | phase-changed    | by the build's token                  | `starting`                                                |
 * | build-succeeded  | by the build's token                  | the instance is live, the one before it is replaced       |
 * | build-failed     | by the build's token                  | the error is kept; an older instance stays up             |
 * | container-stopped | by the instance's token              | the instance is gone, and the record says why             |
 * | sleep-requested  | an instance runs                      | the same, asked for                                       |
 * | cancel-requested | a build is queued or under way        | the build is gone                                         |
 *
 * Whatever does not count leaves the record as it is.
 */
import type { StoredEvent } from "../protocol/events.ts";
import type { CommitId, DeployId } from "../protocol/ids.ts";
import type { DeployStatus, DeployTrigger, StopReason } from "../protocol/states.ts";
import type { Build, PreviewRecord } from "./record.ts";
import { statusPayload } from "./derive.ts";

/** What a claim takes: a queued build, the push that waits, the build of an isolate that vanished or gave it back. */
export type ClaimKind = "queued" | "pending" | "takeover" | "handed-over";

export type Input =
  | { type: "pushed"; commit: CommitId; before: CommitId | null; trigger: "push" | "created" }
  | { type: "build-requested"; commit: CommitId; deployId: DeployId }
  | { type: "wake-requested"; by: "person" | "visit"; deployId: DeployId }
  | { type: "build-claimed"; kind: ClaimKind; token: string; deployId: DeployId }
  | { type: "phase-changed"; token: string; phase: "starting" }
  | { type: "build-succeeded"; token: string; instanceId: string; url: string; workspace: string }
  | { type: "build-failed"; token: string; message: string }
  | { type: "container-stopped"; token: string; reason: StopReason; exitCode?: number }
  | { type: "sleep-requested" }
  | { type: "cancel-requested" };

export interface DeployChange {
  readonly id: DeployId;
  readonly status: DeployStatus;
  /** Given where the deploy is new. */
  readonly begin?: { readonly commit: CommitId; readonly trigger: DeployTrigger };
  readonly error?: string;
}

export interface Step {
  /** The same object as before where the input does not count. */
  readonly record: PreviewRecord;
  /** One rev each. */
  readonly events: readonly StoredEvent[];
  readonly deploys: readonly DeployChange[];
  /** Logs that begin before the first, and end with the last of the events. */
  readonly opens: readonly DeployId[];
  readonly closes: readonly DeployId[];
}

/** After so many isolates died of one build it is the build's fault. */
export const MAX_TAKEOVERS = 2;
const MAX_ERROR = 4096;

/** @param previewUrl where people reach the preview while it runs; @param now milliseconds since 1970 */
export function step(record: PreviewRecord, input: Input, now: number, previewUrl: string): Step {
  const draft = decide(record, input, now);
  if (draft === null) return unchanged(record);
  const { next, before = [], silent = false, deploys = [], opens = [], closes = [] } = draft;
  const events: StoredEvent[] = silent
    ? []
    : [...before, { type: "status", payload: statusPayload(next, previewUrl) }];
  return { record: { ...next, rev: record.rev + events.length }, events, deploys, opens, closes };
}

/** The step that leaves everything as it is. */
export const unchanged = (record: PreviewRecord): Step => ({
  record,
  events: [],
  deploys: [],
  opens: [],
  closes: [],
});

interface Draft {
  next: PreviewRecord;
  /** Events that come before the status. */
  before?: StoredEvent[];
  /** Nothing that a viewer sees has changed. */
  silent?: boolean;
  deploys?: DeployChange[];
  opens?: DeployId[];
  closes?: DeployId[];
}

function decide(record: PreviewRecord, input: Input, now: number): Draft | null {
  switch (input.type) {
    case "pushed":
      return pushed(record, input, now);
    case "build-requested":
      return queue(record, input.commit, "request", input.deployId);
    case "wake-requested":
      return wake(record, input);
    case "build-claimed":
      return claim(record, input);
    case "phase-changed":
      if (!holds(record.build, input.token) || record.build.phase === input.phase) return null;
      return {
        next: { ...record, build: { ...record.build, phase: input.phase } },
        silent: true,
        deploys: [{ id: record.build.deployId, status: "starting" }],
      };
    case "build-succeeded":
      return succeed(record, input, now);
    case "build-failed":
      return holds(record.build, input.token) ? fail(record, record.build, input.message) : null;
    case "container-stopped":
      if (record.instance?.token !== input.token) return null;
      return stop(record, input.reason, now, input.exitCode);
    case "sleep-requested":
      return record.instance === null ? null : stop(record, "idle", now);
    case "cancel-requested":
      if (record.build === null) return null;
      return {
        next: { ...record, build: null },
        ...endOf(record.build, "cancelled"),
      };
  }
}

function pushed(record: PreviewRecord, input: Input & { type: "pushed" }, now: number): Draft | null {
  const { commit, before, trigger } = input;
  const known = { commit, before };
  if (record.pushed?.commit === commit && !endedDifferently(record, commit)) return null;
  if (record.build?.commit === commit) {
    // Pushed back to what is being built: whatever waited meanwhile is out of date.
    return { next: { ...record, pushed: known, pendingBuild: null }, silent: record.pendingBuild === null };
  }
  if (record.build === null && record.instance?.commit === commit && record.lastError === null) {
    return { next: { ...record, pushed: known, pendingBuild: null }, silent: record.pendingBuild === null };
  }
  return { next: { ...record, pushed: known, pendingBuild: { commit, at: now, trigger } } };
}

/** True where a push of the very same commit again asks for something: what was last begun is another commit. */
function endedDifferently(record: PreviewRecord, commit: CommitId): boolean {
  return record.pendingBuild === null && record.latest !== null && record.latest.commit !== commit;
}

function queue(
  record: PreviewRecord,
  commit: CommitId,
  trigger: DeployTrigger,
  deployId: DeployId,
): Draft {
  const build: Build = { deployId, commit, trigger, phase: "queued", token: null, takeovers: 0 };
  const { deploys, closes } = endOf(record.build, "superseded");
  return {
    next: { ...begin(record, build), pendingBuild: null },
    deploys: [...deploys, { id: deployId, status: "queued", begin: { commit, trigger } }],
    closes,
  };
}

function wake(record: PreviewRecord, input: Input & { type: "wake-requested" }): Draft | null {
  if (record.build !== null) return null;
  if (record.pendingBuild !== null) {
    return queue(record, record.pendingBuild.commit, record.pendingBuild.trigger, input.deployId);
  }
  if (record.instance !== null || record.latest === null) return null;
  // A page that is looked at again and again must not build a broken commit again and again.
  if (input.by === "visit" && record.lastError !== null) return null;
  return queue(record, record.latest.commit, "wake", input.deployId);
}

function claim(record: PreviewRecord, input: Input & { type: "build-claimed" }): Draft | null {
  const { kind, token, deployId } = input;
  const { build, pendingBuild } = record;
  if (kind === "pending") {
    if (pendingBuild === null) return null;
    const { commit, trigger } = pendingBuild;
    const claimed: Build = { deployId, commit, trigger, phase: "building", token, takeovers: 0 };
    const { deploys, closes } = endOf(build, "superseded");
    return {
      next: { ...begin(record, claimed), pendingBuild: null },
      deploys: [...deploys, { id: deployId, status: "building", begin: { commit, trigger } }],
      opens: [deployId],
      closes,
    };
  }
  if (build === null) return null;
  if (kind === "queued") {
    if (build.token !== null) return null;
    return {
      next: begin(record, { ...build, phase: "building", token }),
      deploys: [{ id: build.deployId, status: "building" }],
      opens: [build.deployId],
    };
  }
  if (build.token === null) return null;
  const takeovers = build.takeovers + (kind === "takeover" ? 1 : 0);
  if (takeovers > MAX_TAKEOVERS) {
    return fail(
      record,
      build,
      "The servers that built this stopped, one after the other. Start the build again.",
    );
  }
  return {
    next: begin(record, { ...build, phase: "building", token, takeovers }),
    deploys: [{ id: build.deployId, status: "building" }],
  };
}

/** A13: the start of a build clears what the one before left. */
function begin(record: PreviewRecord, build: Build): PreviewRecord {
  const workspace = record.latest?.commit === build.commit ? record.latest.workspace : null;
  return {
    ...record,
    build,
    lastError: null,
    containerStopped: null,
    latest: { deployId: build.deployId, commit: build.commit, workspace },
  };
}

function succeed(
  record: PreviewRecord,
  input: Input & { type: "build-succeeded" },
  now: number,
): Draft | null {
  if (!holds(record.build, input.token)) return null;
  const { deployId, commit } = record.build;
  const old = record.instance;
  return {
    next: {
      ...record,
      build: null,
      lastError: null,
      containerStopped: null,
      instance: {
        id: input.instanceId,
        deployId,
        commit,
        url: input.url,
        startedAt: now,
        token: input.token,
        workspace: input.workspace,
      },
      live: deployId,
      latest: { deployId, commit, workspace: input.workspace },
    },
    before: old ? [{ type: "container-stopped", payload: { reason: "replaced" } }] : [],
    deploys: [
      ...(record.live ? [{ id: record.live, status: "superseded" as const }] : []),
      { id: deployId, status: "live" },
    ],
    closes: old ? [old.deployId] : [],
  };
}

function fail(record: PreviewRecord, build: Build, why: string): Draft {
  const message = why.slice(0, MAX_ERROR);
  return {
    next: { ...record, build: null, lastError: message },
    before: [{ type: "error", payload: { message, deployId: build.deployId } }],
    deploys: [{ id: build.deployId, status: "failed", error: message }],
    closes: build.token === null ? [] : [build.deployId],
  };
}

function stop(record: PreviewRecord, reason: StopReason, now: number, exitCode?: number): Draft {
  const code = exitCode === undefined ? {} : { exitCode };
  return {
    next: { ...record, instance: null, containerStopped: { at: now, reason, ...code } },
    before: [{ type: "container-stopped", payload: { reason, ...code } }],
    closes: record.instance ? [record.instance.deployId] : [],
  };
}

/** What is left of a build that ends without a result. Its log is open only once it was claimed. */
function endOf(build: Build | null, status: DeployStatus): { deploys: DeployChange[]; closes: DeployId[] } {
  if (build === null) return { deploys: [], closes: [] };
  return {
    deploys: [{ id: build.deployId, status }],
    closes: build.token === null ? [] : [build.deployId],
  };
}

function holds(build: Build | null, token: string): build is Build {
  return build !== null && build.token === token;
}
