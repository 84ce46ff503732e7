/** All events of one flush, encoded once for each transport however many viewers there are. */
import { type AppEvent, type WireEvent } from "../protocol/events.ts";
import type { Position } from "../protocol/cursor.ts";

/** An event and the cursor after it; `reconnect` has none. */
export interface Item {
  readonly event: AppEvent;
  readonly id?: string;
}

const encoder = new TextEncoder();

export class Chunk {
  readonly items: readonly Item[];
  /** Where a viewer is who has got this chunk. */
  readonly end: Position;
  #sse?: Uint8Array;
  #ws?: string;

  constructor(items: readonly Item[], end: Position) {
    this.items = items;
    this.end = end;
  }

  /** A6: `id`, `event` and `data` of each event. */
  get sse(): Uint8Array {
    return this.#sse ??= encoder.encode(this.items.map(sseFrame).join(""));
  }

  /** One text frame: a JSON array. */
  get ws(): string {
    return this.#ws ??= JSON.stringify(this.items.map(wireEvent));
  }
}

export function wireEvent({ event, id }: Item): WireEvent {
  return id === undefined ? event : { id, ...event };
}

function sseFrame({ event, id }: Item): string {
  const name = id === undefined ? "" : `id: ${id}\n`;
  // JSON has no raw line breaks, so one data field always does.
  return `${name}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
