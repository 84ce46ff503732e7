/** Lets each event pass once, however often a server replays it (X1). */
import type { WireEvent } from "../protocol/events.ts";

/** Logs of more deploys than this are not replayed side by side. */
const LOGS = 16;

/**
 * A log line is known by its deploy and number. Any other event is a replay if it equals, cursor included, the last
 * one of its type: cursors alone will not do, because several events may share one, and a set of all that passed
 * would swallow a state that comes back.
 *
 * @returns a function that tells whether the event is new, and then counts it as passed
 */
export function passOnce(): (event: WireEvent) => boolean {
  const nextLine = new Map<string, number>();
  const last = new Map<string, string>();

  function advance(deployId: string, to: number): boolean {
    if (to <= (nextLine.get(deployId) ?? 0)) return false;
    nextLine.delete(deployId);
    nextLine.set(deployId, to);
    if (nextLine.size > LOGS) nextLine.delete(nextLine.keys().next().value!);
    return true;
  }

  return (event) => {
    if (event.type === "log") return advance(event.payload.deployId, event.payload.line + 1);
    if (event.type === "gap") return advance(event.payload.deployId, event.payload.to);
    const text = JSON.stringify([event.id, event.payload]);
    if (last.get(event.type) === text) return false;
    last.set(event.type, text);
    return true;
  };
}
