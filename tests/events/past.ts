/** Random histories of an app in one true order, and a `History` in memory that tells of them. */
import fc from "fast-check";
import type { History, Present } from "../../lib/events/history.ts";
import { type Position, START } from "../../lib/protocol/cursor.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";
import { EMPTY_RECORD, type LogHead } from "../../lib/preview/record.ts";
import type { NumberedEvent } from "../../lib/preview/store.ts";
import { APP_ID, deploy } from "../preview/samples.ts";
import type { Truth } from "../support/core_story.ts";

/** Things happen in this order: lines of the n-th open log, events, builds that begin, logs that end. */
type Happening =
  | { readonly type: "lines"; readonly log: number; readonly count: number }
  /** `late` lines per log were written after the store looked how far it was. */
  | { readonly type: "event"; readonly late: number }
  | { readonly type: "open" }
  | { readonly type: "close"; readonly log: number };

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("lines" as const), log: fc.nat(1), count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ type: fc.constant("event" as const), late: fc.nat(3) }),
    fc.constant({ type: "open" as const }),
    fc.record({ type: fc.constant("close" as const), log: fc.nat(1) }),
  ),
  { maxLength: 40 },
);

export interface Past extends Truth {
  /** Every place at which a reader can be who reads in the true order. */
  readonly points: readonly Position[];
  readonly heads: Readonly<Record<string, LogHead>>;
}

export function pastOf(happened: readonly Happening[]): Past {
  const events: NumberedEvent[] = [];
  const lines: Record<string, string[]> = {};
  const open: DeployId[] = [];
  const points: Position[] = [START];
  const here = (): Position => ({
    rev: events.length,
    lines: Object.fromEntries(open.map((id) => [id, lines[id].length])),
  });
  const event = (late: number, opens: DeployId[], closes: DeployId[]) => {
    const at = Object.fromEntries(
      open.map((id) => [id, closes.includes(id) ? lines[id].length : Math.max(0, lines[id].length - late)]),
    );
    const state = events.length % 2 ? "building" : "idle";
    events.push({
      rev: events.length + 1,
      event: { type: "status", payload: { state, pendingBuild: false } },
      at,
      opens,
      closes,
      time: 0,
    });
  };
  for (const what of happened) {
    const log = "log" in what ? open[what.log % open.length] : undefined;
    if (what.type === "lines" && log) {
      for (let i = 0; i < what.count; i++) {
        lines[log].push(`${log} ${lines[log].length}`);
        points.push(here());
      }
    } else if (what.type === "event") {
      event(what.late, [], []);
    } else if (what.type === "open" && open.length < 2) {
      const id = deploy(Object.keys(lines).length + 1);
      lines[id] = [];
      open.push(id);
      event(0, [id], []);
    } else if (what.type === "close" && log) {
      event(0, [], [log]);
      open.splice(open.indexOf(log), 1);
    }
    points.push(here());
  }
  const end = here();
  return { events, lines, end, points, heads: headsAt(lines, end) };
}

function headsAt(lines: Past["lines"], { lines: open }: Position): Record<string, LogHead> {
  const head = (id: string, count: number) => ({
    appId: APP_ID,
    lines: open[id] ?? count,
    first: 0,
    closed: !(id in open),
    token: "t",
  });
  return Object.fromEntries(Object.entries(lines).map(([id, { length }]) => [id, head(id, length)]));
}

export interface Limits {
  readonly eventsAtOnce?: number;
  readonly linesAtOnce?: number;
  /** Events up to this one are gone. */
  readonly trimmedRev?: number;
  /** So many of each log's first lines are gone. */
  readonly trimmedLines?: number;
}

export function historyOf({ events, lines, end }: Past, limits: Limits = {}): History {
  const { eventsAtOnce = 500, linesAtOnce = 5_000, trimmedRev = 0, trimmedLines = 0 } = limits;
  return {
    read: () => Promise.resolve({ ...presentOf(end), heads: headsAt(lines, end) }),
    events: (_, rev, to) =>
      Promise.resolve(events.slice(Math.max(rev, trimmedRev), to).slice(0, eventsAtOnce)),
    lines(deployId, from, to) {
      const first = Math.max(from, trimmedLines);
      const some = lines[deployId].slice(first, to).slice(0, linesAtOnce);
      return Promise.resolve(some.map((message, i) => ({
        deployId,
        line: first + i,
        source: "build" as const,
        stream: "stdout" as const,
        message,
        timestamp: 0,
      })));
    },
    watch: () => () => {},
  };
}

/** A record at that rev; the first open log is the build's, the second one the instance's. */
function presentOf({ rev, lines }: Position): Omit<Present, "heads"> {
  const [build, instance] = Object.keys(lines) as DeployId[];
  const commit = "0".repeat(40) as never;
  return {
    leases: { build: null, instance: null },
    record: {
      ...EMPTY_RECORD,
      rev,
      build: build
        ? { deployId: build, commit, trigger: "push", phase: "building", token: "t", takeovers: 0 }
        : null,
      instance: instance
        ? {
          id: "i",
          deployId: instance,
          commit,
          url: "http://127.0.0.1:1",
          startedAt: 0,
          token: "t",
          workspace: "t",
        }
        : null,
    },
  };
}
