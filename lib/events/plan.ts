/** In which order lines and events lead from one position to another: pure, so that "no hole, no double" is a property. */
import type { Position } from "../protocol/cursor.ts";
import type { NumberedEvent } from "../preview/store.ts";

export type Segment =
  | { readonly type: "lines"; readonly deployId: string; readonly from: number; readonly to: number }
  | { readonly type: "event"; readonly event: NumberedEvent };

/**
 * @param from where the viewer is
 * @param events all events after `from.rev`, dense and in order
 * @param heads how far each log that is open at the end has come, and each finished log of which `from` still wants lines
 */
export function plan(
  from: Position,
  events: readonly NumberedEvent[],
  heads: Readonly<Record<string, number>>,
): Segment[] {
  const segments: Segment[] = [];
  let position = from;
  const linesUpTo = (deployId: string, to: number) => {
    const at = position.lines[deployId];
    if (at === undefined || at >= to) return;
    segments.push({ type: "lines", deployId, from: at, to });
    position = afterLines(position, deployId, to);
  };
  for (const event of events) {
    position = opened(position, event.opens);
    for (const [deployId, to] of Object.entries(event.at)) linesUpTo(deployId, to);
    segments.push({ type: "event", event });
    position = afterEvent(position, event);
  }
  for (const [deployId, to] of Object.entries(heads)) linesUpTo(deployId, to);
  return segments;
}

export function afterLines(position: Position, deployId: string, to: number): Position {
  return { rev: position.rev, lines: { ...position.lines, [deployId]: to } };
}

/** Logs that the event opens are there from line 0, those that it closes are behind us. */
export function afterEvent(
  position: Position,
  event: Pick<NumberedEvent, "rev" | "opens" | "closes">,
): Position {
  const lines: Record<string, number> = { ...opened(position, event.opens).lines };
  for (const deployId of event.closes) delete lines[deployId];
  return { rev: event.rev, lines };
}

/**
 * True where nothing lies between `position` and `target`, or `position` is even ahead.
 * @param finished see `finishedLogs`
 */
export function reached(
  position: Position,
  target: Position,
  finished: Readonly<Record<string, number>> = {},
): boolean {
  if (!Object.entries(finished).every(([id, to]) => (position.lines[id] ?? to) >= to)) return false;
  if (position.rev < target.rev) return false;
  if (position.rev > target.rev) return true;
  return Object.entries(target.lines).every(([id, to]) => (position.lines[id] ?? 0) >= to);
}

/** How long each log is that `position` stands in and that is over at `target`: perhaps no event will tell. */
export function finishedLogs(
  position: Position,
  target: Position,
  heads: Readonly<Record<string, { readonly lines: number; readonly closed: boolean }>>,
): Record<string, number> {
  const over = Object.keys(position.lines).filter((id) => heads[id]?.closed && !(id in target.lines));
  return Object.fromEntries(over.map((id) => [id, heads[id].lines]));
}

function opened(position: Position, opens: readonly string[]): Position {
  if (opens.every((id) => id in position.lines)) return position;
  const lines: Record<string, number> = { ...position.lines };
  for (const id of opens) lines[id] ??= 0;
  return { rev: position.rev, lines };
}
