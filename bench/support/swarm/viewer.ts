/** One viewer: what it was told, held against what the first one was told. Knows nothing of sockets or time. */
import { MARK, type StreamRecord } from "./record.ts";

const latin1 = new TextDecoder("latin1");

const LF = 10, COLON = 58, LETTER_R = 114, COMMA = 44;
/** Bytes up to which Deno makes one HTTP chunk of what was written apart: a comment may stand beside events there. */
const GATHERED = 1024;
/** Bytes of a WebSocket frame by which it is known for what it is: `[{"type":"re`, where events begin with `[{"id":`. */
const FRAME_HEAD = 12;
const LETTER_T = 116, LETTER_E = 101;

const isReconnect = (frame: Uint8Array) =>
  frame[3] === LETTER_T && frame[10] === LETTER_R && frame[11] === LETTER_E;

export class Viewer {
  readonly record: StreamRecord;
  readonly mark: string;
  /** How much of the record it has got; -1 before the mark. */
  offset = -1;
  /** What the server said before it closed, or null. */
  farewell: string | null = null;
  /** What it was told before the mark. */
  #prelude = "";
  /** Where in it the mark has not been looked for. */
  #looked = 0;
  /** The cursor of the mark. */
  #markId = "";
  #aside = false;
  /** True while the chunk may hold events and asides. */
  #mixed = false;
  /** Line ends in a row, in such a chunk. */
  #lineEnds = 0;
  #notices = "";
  #held: Uint8Array | null = null;
  readonly #onMarked: () => void;

  /** @param onMarked called once, when it has seen the mark */
  constructor(record: StreamRecord, mark: string, onMarked: () => void) {
    this.record = record;
    this.mark = MARK + mark;
    this.#onMarked = onMarked;
  }

  /** Goes on in a new stream: forgets what was half told. @returns the cursor to resume with; null: from the beginning */
  rewind(): string | null {
    this.#aside = false;
    this.#held = null;
    this.#prelude = "";
    this.#looked = 0;
    this.farewell = null;
    if (this.offset < 0) return null;
    const place = this.record.cursorAt(this.offset) ?? { id: this.#markId, offset: 0 };
    this.offset = place.offset;
    return place.id;
  }

  /** A piece of an SSE body: events, and comments or a `retry`, which are no part of the history. */
  sse(bytes: Uint8Array, first: boolean, last: boolean): void {
    if (first) {
      // An empty line was before it.
      this.#lineEnds = 2;
      this.#mixed = bytes[0] === COLON || bytes[0] === LETTER_R || bytes.length <= GATHERED;
    }
    if (!this.#mixed) return this.#history(bytes, last);
    let begun = false;
    let from = 0;
    const hand = (to: number) => {
      if (to === from) return;
      const part = bytes.subarray(from, to);
      if (this.#aside) this.#notice(part, begun);
      else this.#history(part, last);
      from = to;
    };
    for (const [at, byte] of bytes.entries()) {
      const aside = byte === COLON || byte === LETTER_R;
      if (this.#lineEnds >= 2 && (aside || this.#aside)) {
        hand(at);
        begun = true;
        this.#aside = aside;
      }
      this.#lineEnds = byte === LF ? this.#lineEnds + 1 : 0;
    }
    hand(bytes.length);
  }

  /** A piece of a text frame: an array of events, the empty one of the keepalive, or the farewell. */
  ws(bytes: Uint8Array, first: boolean, last: boolean): void {
    if (this.#held !== null) {
      bytes = new Uint8Array([...this.#held, ...bytes]);
      this.#held = null;
      first = true;
    }
    if (first) {
      if (bytes.length < FRAME_HEAD && !last) {
        this.#held = bytes.slice();
        return;
      }
      this.#aside = bytes.length === 2 || isReconnect(bytes);
      if (!this.#aside) bytes = bytes.subarray(1);
    }
    if (this.#aside) return this.#notice(bytes, first);
    if (last) bytes[bytes.length - 1] = COMMA;
    this.#history(bytes, last);
  }

  #notice(bytes: Uint8Array, first: boolean): void {
    this.#notices = (first ? "" : this.#notices) + latin1.decode(bytes);
    if (this.#notices.includes("reconnect")) this.farewell = this.#notices;
  }

  #history(bytes: Uint8Array, whole: boolean): void {
    if (this.offset < 0) {
      this.#prelude += latin1.decode(bytes);
      this.#lookForMark(whole);
      return;
    }
    const { record, offset } = this;
    const known = Math.min(bytes.length, record.length - offset);
    if (known > 0 && record.bytes.compare(bytes, 0, known, offset, offset + known) !== 0) {
      throw new Error(this.#difference(bytes, known));
    }
    this.offset += known;
    if (known === bytes.length) return;
    // Nobody has been told this before.
    this.offset += bytes.length - known;
    record.append(bytes.subarray(known), whole);
  }

  #lookForMark(whole: boolean): void {
    const text = this.#prelude;
    const found = text.indexOf(`"${this.mark}"`, this.#looked);
    const end = found === -1 ? -1 : this.#endOfEvent(text, found, whole);
    if (end === -1) {
      // Half of it may be there already, or all of it and not the event's end.
      this.#looked = found === -1 ? Math.max(0, text.length - this.mark.length - 1) : found;
      return;
    }
    const begin = this.record.behind(this.mark);
    if (begin === null) {
      // Others of this stream are behind; there it will come.
      return this.record.whenMarked(() => {
        if (this.offset < 0) this.#lookForMark(whole && this.#prelude.length === text.length);
      });
    }
    const [before, after] = this.record.transport === "sse" ? ["id: ", "\n"] : ['{"id":"', '"'];
    const id = text.lastIndexOf(before, found) + before.length;
    this.#markId = text.slice(id, text.indexOf(after, id));
    this.#prelude = "";
    this.offset = begin;
    this.#onMarked();
    if (end < text.length) this.#history(Uint8Array.from(text.slice(end), (c) => c.charCodeAt(0)), whole);
  }

  #endOfEvent(text: string, at: number, whole: boolean): number {
    const [separator, kept] = this.record.transport === "sse" ? ["\n\n", 2] : ['},{"id":"', 2];
    const next = text.indexOf(separator, at);
    if (next !== -1) return next + kept;
    return whole && this.record.transport === "ws" ? text.length : -1;
  }

  /** What was told, where something else had to come. */
  #difference(bytes: Uint8Array, known: number): string {
    const { record, offset } = this;
    let at = 0;
    while (at < known && record.bytes[offset + at] === bytes[at]) at++;
    const around = (all: Uint8Array, place: number) =>
      JSON.stringify(latin1.decode(all.subarray(Math.max(0, place - 200), place + 200)));
    return `Differs at byte ${offset + at}: expected ${around(record.bytes, offset + at)}, got ${
      around(bytes, at)
    }`;
  }
}
