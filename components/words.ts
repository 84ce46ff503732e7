/** What the states are called on pages, and which of the five tones a badge has. One table each. */
import type { DeployStatus, DeployTrigger, PreviewState, StopReason } from "../lib/protocol/states.ts";

/** `good` runs, `busy` is on its way, `quiet` waits for somebody, `bad` needs somebody, `plain` is history. */
export type Tone = "good" | "busy" | "quiet" | "bad" | "plain";

export interface Word {
  readonly text: string;
  readonly tone: Tone;
}

export const STATE_WORDS: Readonly<Record<PreviewState, Word>> = {
  uninitialized: { text: "Not built yet", tone: "plain" },
  idle: { text: "Idle", tone: "quiet" },
  building: { text: "Building", tone: "busy" },
  running: { text: "Running", tone: "good" },
  error: { text: "Error", tone: "bad" },
  sleeping: { text: "Sleeping", tone: "quiet" },
};

export const DEPLOY_WORDS: Readonly<Record<DeployStatus, Word>> = {
  queued: { text: "Queued", tone: "busy" },
  building: { text: "Building", tone: "busy" },
  starting: { text: "Starting", tone: "busy" },
  live: { text: "Live", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
  cancelled: { text: "Cancelled", tone: "plain" },
  superseded: { text: "Superseded", tone: "plain" },
};

export const TRIGGER_WORDS: Readonly<Record<DeployTrigger, string>> = {
  push: "after a push",
  created: "when the app was created",
  request: "on request",
  wake: "to wake it",
};

/** Why nothing runs; ends the sentence "The preview was stopped …". */
export const STOP_WORDS: Readonly<Record<StopReason, string>> = {
  idle: "because nobody used it for a while, or somebody put it to sleep",
  exit: "because its process ended",
  signal: "because its process was ended by a signal",
  replaced: "to make room for a newer version",
  lost: "because the server that ran it went away",
};
