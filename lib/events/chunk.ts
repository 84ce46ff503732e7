/** All events of one flush, encoded once for each transport however many viewers there are. */
import { type AppEvent, type WireEvent } from "../protocol/events.ts";
import type { Position } from "../protocol/cursor.ts";

/** An event and the cursor after it; `reconnect` has none. */
export interface Item {
  readonly event: AppEvent;
  readonly id?: string;
}

/**
 * Bytes of a chunk of several events at most. A viewer that stops reading holds on to what it was given last, so this,
 * and not the size of a burst, is what it costs (bench/slow_viewer.ts); half of it would cost bursts more writes.
 */
export const CHUNK_BYTES = 32 * 1024;
/** Bytes of one event at most, which then is a chunk of its own: KV keeps no line over 60,000. */
export const EVENT_BYTES = 60 * 1024;

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

/** Of a frame without its id and its text. */
const FRAME_BYTES = 224;

/** Bytes that an item takes on the wire, or a few more: known before it is encoded, which happens once, with others. */
export function weightOf({ event, id = "" }: Item): number {
  const text = event.type === "log" ? event.payload.message : JSON.stringify(event.payload);
  return FRAME_BYTES + id.length + escapedLength(text);
}

/** Bytes of the text within JSON in UTF-8, at most. */
function escapedLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // As \u001b; half of a pair that is not there travels so, too.
    if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) length += 5;
    else if (code === 0x22 || code === 0x5c) length += 1;
    else if (code > 0x7f) length += code > 0x7ff ? 2 : 1;
  }
  return length;
}
