/** The chunked coding of a body (RFC 9112, 7.1), read strictly: a byte too many or too few ends the answer. */
import { BadAnswer } from "./bad_answer.ts";
import type { BodyDecoder } from "./body_decoder.ts";

/** Hexadecimal digits of a chunk's size: 64 TiB. More could not be counted exactly. */
const MAX_DIGITS = 12;
/** Bytes of all extensions and trailers of one answer. They are dropped, and must not be sent for ever instead of a body. */
const MAX_ASIDE = 64 * 1024;

const LF = 10;
const CR = 13;
const SEMICOLON = 59;
const SPACE = 32;
const TAB = 9;

type State = "size" | "extension" | "size-lf" | "data" | "data-cr" | "data-lf" | "trailer" | "end";

/** Trailers are read and dropped: they speak of a body that may be changed on its way, and few clients see them. */
export function createChunkedDecoder(): BodyDecoder {
  let state: State = "size";
  let size = 0;
  let digits = 0;
  let aside = 0;
  let surplus = 0;
  /** Bytes of the trailer's line so far; the empty one is the last. */
  let line = 0;
  /** True after a CR in the trailers, where nothing but LF may follow. */
  let cr = false;

  function begin(next: State): void {
    state = next;
    size = digits = 0;
  }

  function countAside(): void {
    if (++aside > MAX_ASIDE) throw new BadAnswer("Too much beside the chunks");
  }

  /** One byte of all that is not data. */
  function step(byte: number): void {
    switch (state) {
      case "size": {
        const digit = hexDigit(byte);
        if (digit !== -1) {
          if (++digits > MAX_DIGITS) throw new BadAnswer("A chunk is too large");
          size = size * 16 + digit;
        } else if (digits === 0) throw new BadAnswer("A chunk without a size");
        else if (byte === CR) state = "size-lf";
        else if (byte === SEMICOLON || byte === SPACE || byte === TAB) state = "extension";
        else throw new BadAnswer("A chunk's size is no number");
        return;
      }
      case "extension":
        countAside();
        if (byte === CR) state = "size-lf";
        else if (byte === LF) throw new BadAnswer("A chunk's size ends in LF alone");
        return;
      case "size-lf":
        if (byte !== LF) throw new BadAnswer("A chunk's size is not ended");
        if (size === 0) begin("trailer");
        else state = "data";
        return;
      case "data-cr":
        if (byte !== CR) throw new BadAnswer("A chunk is longer than its size");
        state = "data-lf";
        return;
      case "data-lf":
        if (byte !== LF) throw new BadAnswer("A chunk is not ended");
        begin("size");
        return;
      case "trailer":
        countAside();
        if (cr !== (byte === LF)) throw new BadAnswer("A trailer's line is not ended");
        cr = byte === CR;
        if (byte === LF) {
          if (line === 0) state = "end";
          line = 0;
        } else if (!cr) line++;
    }
  }

  return {
    decode(bytes) {
      let to = 0;
      let at = 0;
      while (at < bytes.length && state !== "end") {
        if (state !== "data") {
          step(bytes[at++]);
          continue;
        }
        const taken = Math.min(size, bytes.length - at);
        bytes.copyWithin(to, at, at + taken);
        to += taken;
        at += taken;
        size -= taken;
        if (size === 0) state = "data-cr";
      }
      surplus += bytes.length - at;
      return to;
    },
    get done() {
      return state === "end";
    },
    get surplus() {
      return surplus;
    },
    wanted: Infinity,
    untilClose: false,
  };
}

/** @returns -1 where it is none */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
