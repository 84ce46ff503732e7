/** What can be done with a preview in each state. */
import type { PreviewState } from "../lib/protocol/states.ts";

export type Action = "build" | "wake" | "sleep" | "cancel";

/** In the order of their buttons. */
const ACTIONS: Readonly<Record<PreviewState, readonly Action[]>> = {
  uninitialized: ["build"],
  idle: ["build"],
  building: ["cancel"],
  running: ["build", "sleep"],
  error: ["build"],
  sleeping: ["wake", "build"],
};

export const actionsIn = (state: PreviewState): readonly Action[] => ACTIONS[state];

export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  build: "Build now",
  wake: "Resume",
  sleep: "Sleep",
  cancel: "Cancel build",
};
