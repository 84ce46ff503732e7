/** JSON and long poll: a sink that collects what a stream would have sent, for one answer. */
import { formatCursor, type Position } from "../protocol/cursor.ts";
import type { AppId } from "../protocol/ids.ts";
import type { JsonAnswer } from "../protocol/events.ts";
import { type Item, weightOf, wireEvent } from "./chunk.ts";
import type { Hub } from "./hub.ts";
import type { Sink } from "./viewer.ts";

/** Events of one answer, and their bytes; a client that is behind asks again. */
const MAX_EVENTS = 2_000;
const MAX_BYTES = 512 * 1024;

/**
 * @param waitMs how long to wait where there is nothing yet
 * @returns null for an unknown app
 */
export async function pollEvents(
  hub: Hub,
  appId: AppId,
  cursor: Position | null,
  waitMs: number,
  signal: AbortSignal,
): Promise<JsonAnswer | null> {
  const items: Item[] = [];
  let bytes = 0;
  let full = false;
  let gone = false;
  let notify = () => {};
  const something = new Promise<void>((resolve) => notify = resolve);
  const enough = Promise.withResolvers<void>();
  const sink: Sink = {
    write(chunk) {
      items.push(...chunk.items);
      bytes += chunk.items.reduce((sum, item) => sum + weightOf(item), 0);
      notify();
      if (items.length < MAX_EVENTS && bytes < MAX_BYTES) return;
      full = true;
      enough.resolve();
    },
    ready: () => !full,
    whenReady: () => {},
    keepAlive: () => {},
    close(farewell) {
      gone = farewell.type === "gone";
      notify();
      enough.resolve();
    },
  };
  const joined = await hub.join(appId, cursor, sink);
  if (joined === null) return null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await Promise.race([joined.replayed, enough.promise]);
    if (items.length === 0 && waitMs > 0 && !signal.aborted) {
      await Promise.race([
        something,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, waitMs);
          signal.addEventListener("abort", () => resolve(), { once: true });
        }),
      ]);
    }
    // What came before the end is told first (S1); the next poll hears of it.
    if (gone && items.length === 0) return null;
    return { events: items.map(wireEvent), next: formatCursor(joined.viewer.position) };
  } finally {
    clearTimeout(timer);
    joined.leave();
  }
}
