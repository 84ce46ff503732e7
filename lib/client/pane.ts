/** Which one thing the preview page shows (A23, A24, A27). */
import type { StatusPayload, StoppedPayload } from "../protocol/events.ts";

export interface PaneInput {
  /** null until the first status has come */
  readonly status: StatusPayload | null;
  readonly error: { readonly message: string } | null;
  readonly stopped: StoppedPayload | null;
  /** Resume was clicked and nothing has come of it yet. */
  readonly resuming: boolean;
  readonly generating: boolean;
}

export type Pane =
  | { readonly name: "error"; readonly message: string }
  | { readonly name: "sleeping"; readonly reason: StoppedPayload["reason"] | null }
  /** `building`: this version is shown while the next one is made. */
  | { readonly name: "running"; readonly url: string; readonly building: boolean }
  | { readonly name: "generating" }
  | { readonly name: "building" }
  | { readonly name: "idle" };

/**
 * The first of these that holds:
 *
 * | pane | when |
 * |---|---|
 * | error | an error is known, or the state is `error` and nobody resumes |
 * | sleeping | the state is `sleeping`, or the container stopped and nothing replaced it, and nobody resumes it |
 * | running | something answers at `previewUrl`, be it the version before the one that builds |
 * | generating | somebody writes the app's code |
 * | building | a build runs, or is about to because Resume was clicked |
 * | idle | otherwise |
 */
export function paneOf({ status, error, stopped, resuming, generating }: PaneInput): Pane {
  const state = status?.state;
  if (error) return { name: "error", message: error.message };
  // A state from before the click is no answer to it.
  if (resuming) return { name: "building" };
  if (state === "error") return { name: "error", message: "The last build failed. Its log has the details." };
  if (state === "sleeping" || (stopped && stopped.reason !== "replaced")) {
    return { name: "sleeping", reason: stopped?.reason ?? null };
  }
  const busy = state === "building" || state === "running";
  if (status?.previewUrl && busy) {
    return { name: "running", url: status.previewUrl, building: state === "building" };
  }
  if (generating) return { name: "generating" };
  // A state that says running without an address is between two events.
  return busy ? { name: "building" } : { name: "idle" };
}
