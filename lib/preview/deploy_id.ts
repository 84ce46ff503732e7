/** Deploy ids sort by time, and never below the app's last one, whatever the clocks of two isolates say. */
import { decodeTime, ulid } from "ulid";
import { DeployId } from "../protocol/ids.ts";

/** @param now milliseconds since 1970 */
export function nextDeployId(last: DeployId | null, now: number): DeployId {
  const time = last === null ? now : Math.max(now, decodeTime(last) + 1);
  return DeployId.parse(ulid(time));
}
