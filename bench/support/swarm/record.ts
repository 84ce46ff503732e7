/**
 * What one stream said since a mark, as bytes, and the proof of it. The first viewer that receives some bytes writes them
 * here, where they are parsed and each event is held against the one before it; from every other viewer the same bytes are
 * expected, which is one native comparison however many events they hold. So all viewers are proven to have got all events
 * in order exactly once, and no JavaScript runs for an event of theirs.
 *
 * WebSocket frames may cut the same events differently, so what is recorded of a frame is its text without the brackets,
 * and a comma.
 */
import { Buffer } from "node:buffer";
import { type Check, checkEvent, type ParsedEvent, START } from "./check.ts";

/** Where events end: `data` is the last field of ours on SSE; no JSON string holds these quotes unescaped. */
const SSE_END = "\n\n";
const WS_NEXT = '},{"id":"';

/** What a mark begins with; see `Swarm.mark`. */
export const MARK = "mark ";

const latin1 = new TextDecoder("latin1");

export class StreamRecord {
  readonly transport: "sse" | "ws";
  /** Whose cursors are checked: ours have a form, those of others only have to be there. */
  readonly cursors: "ours" | "any";
  bytes: Buffer = Buffer.alloc(1 << 20);
  length = 0;
  /** Where each event ends, and when the line in it was written: microseconds since 1970, or 0. */
  readonly ends: number[] = [];
  readonly times: number[] = [];
  /** Position in `ends` → only lines of the printer count as events that were asked for. */
  lines = 0;
  /** Where event number `n` of the lines ends. */
  readonly lineEnds: number[] = [];
  /** Where the viewers of a mark begin: each line that is one → where it ends. */
  readonly #marks = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #parsed = 0;
  #check: Check = START;

  constructor(transport: "sse" | "ws", cursors: "ours" | "any") {
    this.transport = transport;
    this.cursors = cursors;
  }

  /** The place behind a mark, or null where it has not come yet; the first mark that is asked for is the beginning. */
  behind(mark: string): number | null {
    if (this.#marks.size === 0) this.#marks.set(mark, 0);
    return this.#marks.get(mark) ?? null;
  }

  /** Calls back, once, when there are more marks. */
  whenMarked(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** @param whole true where these bytes end a frame. @throws where an event is not the one that has to follow */
  append(piece: Uint8Array, whole: boolean): void {
    if (this.length + piece.length > this.bytes.length) {
      const larger = Buffer.alloc(2 * (this.length + piece.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(piece, this.length);
    this.length += piece.length;
    this.#parse(whole);
  }

  #parse(whole: boolean): void {
    // Offsets in this text are offsets in the bytes; what is not ASCII looks odd in it, and is JSON all the same.
    const text = latin1.decode(this.bytes.subarray(this.#parsed, this.length));
    const known = this.#marks.size;
    let at = 0;
    for (;;) {
      const end = this.#endOfEvent(text, at, whole);
      if (end === -1) break;
      const message = this.#add(text.slice(at, end));
      at = end;
      if (message?.startsWith(MARK)) this.#marks.set(message, this.#parsed + end);
      this.ends.push(this.#parsed + end);
      this.times.push(this.#check.time);
      if (this.#check.time > 0) {
        this.lines++;
        this.lineEnds.push(this.#parsed + end);
      }
    }
    this.#parsed += at;
    if (this.#marks.size === known) return;
    // Only now: whoever finds its mark may append what it was told beyond it.
    for (const callback of this.#waiting.splice(0)) callback();
  }

  #endOfEvent(text: string, at: number, whole: boolean): number {
    if (this.transport === "sse") {
      const end = text.indexOf(SSE_END, at);
      return end === -1 ? -1 : end + SSE_END.length;
    }
    const next = text.indexOf(WS_NEXT, at);
    if (next !== -1) return next + 2;
    return whole && at < text.length ? text.length : -1;
  }

  #add(text: string): string | undefined {
    const event: ParsedEvent = this.transport === "sse" ? parseSse(text) : JSON.parse(text.slice(0, -1));
    this.#check = checkEvent(this.#check, event, this.cursors);
    return event.payload?.message;
  }

  /** The cursor of the last event that ends at or before this offset, and where that is; null before the first. */
  cursorAt(offset: number): { readonly id: string; readonly offset: number } | null {
    const index = countUpTo(this.ends, offset) - 1;
    if (index < 0) return null;
    const from = index === 0 ? 0 : this.ends[index - 1];
    const text = latin1.decode(this.bytes.subarray(from, this.ends[index]));
    const id = this.transport === "sse" ? /^id: (.*)$/m.exec(text)?.[1] : JSON.parse(text.slice(0, -1)).id;
    return { id, offset: this.ends[index] };
  }
}

/** The object in `data`, with `id`. */
export function parseSse(text: string): ParsedEvent {
  const fields = text.trimEnd().split("\n");
  const id = fields.find((field) => field.startsWith("id: "))?.slice(4);
  const data = fields.find((field) => field.startsWith("data: "))?.slice(6);
  return { ...(id === undefined ? {} : { id }), ...JSON.parse(data ?? "null") };
}

/** How many of the ascending numbers are at most that. */
export function countUpTo(ascending: readonly number[], most: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
