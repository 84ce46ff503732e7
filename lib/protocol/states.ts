/** The states that people see, each list in one place for server, wire and client. */
import * as z from "zod";

/** A7: what a preview is doing. */
export const PreviewState = z.enum(["uninitialized", "idle", "building", "running", "error", "sleeping"]);
export type PreviewState = z.infer<typeof PreviewState>;

/** B3: how one attempt to bring a commit up is going. The last four are final. */
export const DeployStatus = z.enum([
  "queued",
  "building",
  "starting",
  "live",
  "failed",
  "cancelled",
  "superseded",
]);
export type DeployStatus = z.infer<typeof DeployStatus>;

/** A9: why a sandbox process is no more. */
export const StopReason = z.enum(["idle", "exit", "signal", "replaced", "lost"]);
export type StopReason = z.infer<typeof StopReason>;

/** Why a deploy was started. */
export const DeployTrigger = z.enum(["push", "created", "request", "wake"]);
export type DeployTrigger = z.infer<typeof DeployTrigger>;
