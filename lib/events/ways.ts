/**
 * The way on for viewers who fell behind the ring: read and encoded once for all who stand in the same place. History does
 * not change, so what led on from a position once does so for everybody who wants the same of the logs that are over.
 */
import type { AppId } from "../protocol/ids.ts";
import { formatCursor, type Position } from "../protocol/cursor.ts";
import { advance, type LogUrl } from "./advance.ts";
import { Chunk } from "./chunk.ts";
import type { History } from "./history.ts";

/** Null where no way leads on: see `advance`. */
export type Way = Chunk | null;

/** Viewers who fell behind at different lines go on together from the next multiple of this. */
const MILESTONE = 64;
/** Chunks that are kept for the next who come by, until the next sweep. */
const KEPT = 64;

export interface Ways {
  /** One chunk's worth of what lies between. */
  on(from: Position, target: Position, finished: Readonly<Record<string, number>>): Promise<Way>;
  /** To be called now and then: a storm is over after seconds, and its chunks must not stay as long as its viewers. */
  sweep(): void;
}

export function createWays(history: History, appId: AppId, logUrl: LogUrl): Ways {
  const kept = new Map<string, Promise<Way>>();

  async function find(
    from: Position,
    target: Position,
    finished: Readonly<Record<string, number>>,
  ): Promise<Way> {
    const step = await advance(history, appId, from, target, finished, logUrl, MILESTONE);
    return step && new Chunk(step.items, step.to);
  }

  return {
    on(from, target, finished) {
      // After a restart all stand in a log that is over, and want the same of it.
      const place = `${formatCursor(from)} ${JSON.stringify(finished)}`;
      const known = kept.get(place);
      if (known) return known;
      const way = find(from, target, finished);
      kept.set(place, way);
      const forget = () => kept.get(place) === way && kept.delete(place);
      way.then((chunk) => chunk ?? forget(), forget);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      return way;
    },
    sweep: () => kept.clear(),
  };
}
