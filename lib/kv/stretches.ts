/**
 * Stretches of log that were just read. Many viewers who join at once read the same, and each of them takes a stretch
 * chunk by chunk, so what was decoded once serves all of it. Lines never change, so nothing here is ever out of date.
 */
import type { LogPayload } from "../protocol/events.ts";
import type { DeployId } from "../protocol/ids.ts";

/** Lines `from` up to but not including `to`, or as many of them as are read at once. */
type ReadLines = (deployId: DeployId, from: number, to: number) => Promise<LogPayload[]>;

interface Stretch {
  readonly deployId: DeployId;
  readonly read: Promise<LogPayload[]>;
  /** Null while they are being read. */
  lines: LogPayload[] | null;
  /** Since the last sweep. */
  used: boolean;
}

export interface Stretches {
  readonly lines: ReadLines;
  /**
   * Forgets what was not asked for since the last call: with the readers gone, megabytes of an app's log must not stay
   * until other logs are read.
   */
  sweep(): void;
}

const KEPT = 32;

export function createStretches(read: ReadLines): Stretches {
  const kept = new Map<string, Stretch>();

  function find(deployId: DeployId, from: number): LogPayload[] | null {
    for (const stretch of kept.values()) {
      const { lines } = stretch;
      if (stretch.deployId !== deployId || lines === null || lines.length === 0) continue;
      const at = from - lines[0].line;
      if (lines[at]?.line !== from) continue;
      stretch.used = true;
      return lines.slice(at);
    }
    return null;
  }

  return {
    lines(deployId, from, to) {
      const name = `${deployId}:${from}:${to}`;
      const same = kept.get(name);
      if (same) {
        same.used = true;
        return same.read;
      }
      const found = find(deployId, from);
      if (found) return Promise.resolve(found.filter(({ line }) => line < to));
      const stretch: Stretch = { deployId, read: read(deployId, from, to), lines: null, used: true };
      kept.set(name, stretch);
      stretch.read.then((lines) => stretch.lines = lines, () => kept.delete(name));
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      return stretch.read;
    },

    sweep() {
      for (const [name, stretch] of kept) {
        if (!stretch.used) kept.delete(name);
        stretch.used = false;
      }
    },
  };
}
