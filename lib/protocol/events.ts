/** The events of one app, as they travel on WebSocket, SSE and JSON alike (A6 to A9, X1). */
import * as z from "zod";
import { CommitId, DeployId } from "./ids.ts";
import { PreviewState, StopReason } from "./states.ts";

/** A7 */
export const StatusPayload = z.object({
  state: PreviewState,
  /** Absent where nothing answers. May be there while `building`: the earlier version is still served. */
  previewUrl: z.url().optional(),
  /** True where a pushed commit waits for somebody to look. */
  pendingBuild: z.boolean(),
  commit: CommitId.optional(),
  deployId: DeployId.optional(),
});
export type StatusPayload = z.infer<typeof StatusPayload>;

/** A8: `line` counts from 0 within a deploy; `timestamp` is milliseconds since 1970. */
export const LogPayload = z.object({
  deployId: DeployId,
  line: z.int().nonnegative(),
  source: z.enum(["build", "dev-server"]),
  stream: z.enum(["stdout", "stderr"]),
  message: z.string(),
  timestamp: z.number(),
});
export type LogPayload = z.infer<typeof LogPayload>;

/** A9 */
export const ErrorPayload = z.object({ message: z.string(), deployId: DeployId.optional() });
export const StoppedPayload = z.object({ reason: StopReason, exitCode: z.int().optional() });
export type StoppedPayload = z.infer<typeof StoppedPayload>;

/** X1: lines `from` up to but not including `to` of this deploy are gone, or are best read at `logUrl`. */
export const GapPayload = z.object({
  deployId: DeployId,
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  logUrl: z.string(),
});

/** A11, X10: the server is about to close the stream; come back after so many milliseconds with a new ticket. */
export const ReconnectPayload = z.object({
  reason: z.enum(["age", "restart"]),
  afterMs: z.int().nonnegative(),
});

/** What is kept in KV under a rev of the app. */
export const StoredEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("status"), payload: StatusPayload }),
  z.object({ type: z.literal("error"), payload: ErrorPayload }),
  z.object({ type: z.literal("container-stopped"), payload: StoppedPayload }),
]);
export type StoredEvent = z.infer<typeof StoredEvent>;

/** What a viewer receives. */
export const AppEvent = z.discriminatedUnion("type", [
  ...StoredEvent.options,
  z.object({ type: z.literal("log"), payload: LogPayload }),
  z.object({ type: z.literal("gap"), payload: GapPayload }),
  z.object({ type: z.literal("reconnect"), payload: ReconnectPayload }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

/** An event with the cursor to resume after it. `reconnect` carries none: it is about the stream, not the app. */
export const WireEvent = z.intersection(AppEvent, z.object({ id: z.string().optional() }));
export type WireEvent = AppEvent & { id?: string };

/** One WebSocket text frame: an array of events; the empty array is the keepalive. */
export const WireFrame = z.array(WireEvent);

/** A1: the JSON answer. `next` is the cursor for `?after=`. */
export const JsonAnswer = z.object({ events: z.array(WireEvent), next: z.string() });
export type JsonAnswer = z.infer<typeof JsonAnswer>;

/** A16: the status fast path's answer. */
export const StatusAnswer = z.object({
  status: PreviewState,
  previewUrl: z.string().nullable(),
  error: z.string().nullable(),
  pendingBuild: z.boolean(),
  containerStopped: z.boolean(),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;
