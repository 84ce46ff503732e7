/** Events to send in tests. */
import type { AppEvent, StatusPayload } from "../../../lib/protocol/events.ts";
import { DeployId } from "../../../lib/protocol/ids.ts";
import type { PreviewState, StopReason } from "../../../lib/protocol/states.ts";

export const DEPLOY = DeployId.parse("01HZZZZZZZZZZZZZZZZZZZZZZZ");
export const OTHER_DEPLOY = DeployId.parse("01HZZZZZZZZZZZZZZZZZZZZZZ0");

export function line(line: number, deployId = DEPLOY, message = `line ${line}`): AppEvent & { type: "log" } {
  return {
    type: "log",
    payload: {
      deployId,
      line,
      source: "build",
      stream: "stdout",
      message,
      timestamp: 1_700_000_000_000 + line,
    },
  };
}

export function status(
  state: PreviewState,
  rest: Partial<StatusPayload> = {},
): AppEvent & { type: "status" } {
  return { type: "status", payload: { state, pendingBuild: false, ...rest } };
}

export function stopped(reason: StopReason): AppEvent & { type: "container-stopped" } {
  return { type: "container-stopped", payload: { reason } };
}

export function reconnect(afterMs: number, reason: "age" | "restart" = "restart"): AppEvent {
  return { type: "reconnect", payload: { reason, afterMs } };
}

export function gap(from: number, to: number): AppEvent & { type: "gap" } {
  return { type: "gap", payload: { deployId: DEPLOY, from, to, logUrl: `/api/deploys/${DEPLOY}/logs` } };
}
