/** Reads what lies between two positions, in order. */
import type { AppId, DeployId } from "../protocol/ids.ts";
import { formatCursor, type Position } from "../protocol/cursor.ts";
import { statusPayload } from "../preview/derive.ts";
import { CHUNK_BYTES, type Item, weightOf } from "./chunk.ts";
import type { History, Present } from "./history.ts";
import { afterEvent, afterLines, plan } from "./plan.ts";

/** How many lines of a log a viewer without a cursor gets (A10). */
const TAIL_LINES = 500;
/** Events that are read for one stretch: before each of them there may be lines enough. */
const EVENTS_AT_ONCE = 32;

export interface Advanced {
  readonly items: Item[];
  readonly to: Position;
}

/** Where a deploy's whole log can be read. */
export type LogUrl = (deployId: DeployId) => string;

/**
 * One stretch of the way from `from` to `target`: a chunk's worth, so that the reader can see whether its viewer takes
 * more; never empty.
 * @param finished see `finishedLogs`: of these `from` may still want some lines
 * @param milestone ends a stretch at each line of this number, so that those who began elsewhere meet there
 * @returns null where no way leads on: events are no longer kept, or we never made a cursor like this. Then `restart`
 */
export async function advance(
  history: History,
  appId: AppId,
  from: Position,
  target: Position,
  finished: Readonly<Record<string, number>>,
  logUrl: LogUrl,
  milestone = Infinity,
): Promise<Advanced | null> {
  const behind = target.rev > from.rev;
  const found = behind ? await history.events(appId, from.rev, target.rev, EVENTS_AT_ONCE) : [];
  const hole = found.findIndex(({ rev }, i) => rev !== from.rev + 1 + i);
  const events = hole === -1 ? found : found.slice(0, hole);
  const complete = !behind || events.at(-1)?.rev === target.rev;
  // Where events are lost, the lines that came before them are not.
  const lost = behind && events.length === 0;
  const segments = plan(from, events, lost ? finished : complete ? { ...finished, ...target.lines } : {});
  if (segments.length === 0) return null;
  const items: Item[] = [];
  let to = from;
  let weight = 0;
  const add = (event: Item["event"], next: Position): boolean => {
    const item = { event, id: formatCursor(next) };
    weight += weightOf(item);
    if (weight > CHUNK_BYTES && items.length > 0) return false;
    items.push(item);
    to = next;
    return true;
  };
  for (const segment of segments) {
    if (segment.type === "event") {
      if (!add(segment.event.event, afterEvent(to, segment.event))) return { items, to };
      continue;
    }
    const deployId = segment.deployId as DeployId;
    for (let at = segment.from; at < segment.to;) {
      const lines = await history.lines(deployId, at, segment.to);
      const next = lines[0]?.line ?? segment.to;
      if (next > at) {
        const gap = { deployId, from: at, to: next, logUrl: logUrl(deployId) };
        if (!add({ type: "gap", payload: gap }, afterLines(to, deployId, next))) return { items, to };
      }
      for (const payload of lines) {
        if (!add({ type: "log", payload }, afterLines(to, deployId, payload.line + 1))) return { items, to };
        if ((payload.line + 1) % milestone === 0) return { items, to };
      }
      at = (lines.at(-1)?.line ?? segment.to - 1) + 1;
    }
  }
  return { items, to };
}

/**
 * Begins with things as they are: status, then the error if there is one; the log follows from the returned position.
 * @param from what a viewer knows whose way is no longer kept, or null for a new viewer
 */
export function restart(
  present: Present,
  from: Position | null,
  previewUrl: string,
  logUrl: LogUrl,
): Advanced {
  const { record, heads } = present;
  const lines: Record<string, number> = {};
  const gaps: Item["event"][] = [];
  for (const deployId of logsOf(present)) {
    const head = heads[deployId];
    const known = from?.lines[deployId];
    lines[deployId] = known ?? Math.max(head.first, head.lines - TAIL_LINES);
    if (from && known === undefined && lines[deployId] > 0) {
      gaps.push({
        type: "gap",
        payload: { deployId, from: 0, to: lines[deployId], logUrl: logUrl(deployId) },
      });
    }
  }
  const to: Position = { rev: record.rev, lines };
  const events: Item["event"][] = [{ type: "status", payload: statusPayload(record, previewUrl) }];
  if (record.lastError !== null) {
    const deployId = record.latest?.deployId;
    events.push({ type: "error", payload: { message: record.lastError, ...(deployId ? { deployId } : {}) } });
  }
  events.push(...gaps);
  // Only the last one is a place to resume from: who was cut off before it has to hear all of them again.
  const items = events.map((event, i) => i < events.length - 1 ? { event } : { event, id: formatCursor(to) });
  return { items, to };
}

/** The logs to show first: those that are open, else the newest deploy's. */
function logsOf({ record, heads }: Present): DeployId[] {
  const open = [record.instance?.deployId, record.build?.token ? record.build.deployId : undefined];
  const shown = new Set(open.filter((id) => id !== undefined && id in heads) as DeployId[]);
  // A queued build has no log yet. Where it has a head, that was read after the record, and an event will open it.
  const queued = record.build?.token === null ? record.build.deployId : undefined;
  const latest = record.latest?.deployId;
  if (shown.size === 0 && latest && latest !== queued && latest in heads) shown.add(latest);
  return [...shown];
}
