/**
 * Bytes of a process → the lines a person should see. Colours stay; whatever else moves a cursor, sets a title or rings a
 * bell goes. Pure but for its own state, one reader per stream; how the bytes are cut into chunks makes no difference.
 */

import { Buffer } from "node:buffer";

/** A line is cut here: bytes of UTF-8, its mark not counted. */
export const MAX_LINE_BYTES = 16_384 - 16;
export const CUT_MARK = " … (cut)";

export interface RawLine {
  readonly text: string;
  /** True where the line went on and the rest was dropped. The mark comes after masking: see `mask.ts`. */
  readonly cut: boolean;
}

export interface LineReader {
  /** The lines that these bytes complete. */
  push(bytes: Uint8Array): RawLine[];
  /** The line that the end of the stream completes, if there is one. */
  end(): RawLine[];
}

/** Where in a control sequence we are: ECMA-48 calls the parts so. */
type Mode = "text" | "escape" | "intermediate" | "csi" | "string" | "string-escape";

/** C0, DEL and C1: whatever lies between two of them is text. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
const BEL = 0x07, TAB = 0x09, LF = 0x0a, CR = 0x0d, CAN = 0x18, SUB = 0x1a, ESC = 0x1b;
const C1_CSI = 0x9b, C1_ST = 0x9c;
/** DCS, SOS, OSC, PM, APC: sequences that hold a string, as `ESC P`, `ESC X`, `ESC ]`, `ESC ^`, `ESC _`. */
const STRINGS = "PX]^_";
const C1_STRINGS = [0x90, 0x98, 0x9d, 0x9e, 0x9f];
/** No colour sequence is longer; a longer one is dropped, so that an endless one costs no memory. */
const MAX_PARAMETERS = 64;

export function createLineReader(maxBytes: number = MAX_LINE_BYTES): LineReader {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let lines: RawLine[] = [];
  let text = "";
  let bytes = 0;
  let cut = false;
  /** After a lone CR the next character overwrites the line; CR LF does not. */
  let returned = false;
  let mode: Mode = "text";
  let parameters = "";
  let isColour = true;

  function clear(): void {
    text = "";
    bytes = 0;
    cut = false;
    returned = false;
  }

  function endLine(): void {
    lines.push({ text, cut });
    clear();
    mode = "text";
  }

  function append(run: string): void {
    if (returned) clear();
    if (cut) return;
    const size = Buffer.byteLength(run);
    if (bytes + size <= maxBytes) {
      text += run;
      bytes += size;
      return;
    }
    cut = true;
    for (const character of run) {
      const size = Buffer.byteLength(character);
      if (bytes + size > maxBytes) return;
      text += character;
      bytes += size;
    }
  }

  function appendColour(): void {
    const sequence = `\u001b[${parameters}m`;
    if (returned) clear();
    if (cut) return;
    // Half a sequence would eat the characters after it.
    if (bytes + sequence.length > maxBytes) cut = true;
    else append(sequence);
  }

  /** One character that is no plain text, or stands within a control sequence. */
  function control(code: number, character: string): void {
    if (code === LF) return endLine();
    if (mode === "string") {
      if (code === ESC) mode = "string-escape";
      else if (code === BEL || code === C1_ST || code === CAN || code === SUB) mode = "text";
      return;
    }
    if (mode === "string-escape" && character === "\\") return void (mode = "text");
    if (mode === "csi") {
      if (code >= 0x30 && code <= 0x3f) {
        if (parameters.length === MAX_PARAMETERS || code > 0x3b) isColour = false;
        else parameters += character;
        return;
      }
      if (code >= 0x20 && code <= 0x2f) return void (isColour = false);
      mode = "text";
      if (code >= 0x40 && code <= 0x7e) {
        if (character === "m" && isColour) appendColour();
        return;
      }
    } else if (mode !== "text" && code !== ESC) {
      const introduces = mode !== "intermediate";
      if (code >= 0x20 && code <= 0x2f) return void (mode = "intermediate");
      if (introduces && character === "[") return beginCsi();
      if (introduces && STRINGS.includes(character)) return void (mode = "string");
      mode = "text";
      if (code >= 0x30 && code <= 0x7e) return;
    }
    // What does not belong into a sequence ends it, and is taken for itself.
    if (code === ESC) mode = "escape";
    else if (code === C1_CSI) beginCsi();
    else if (C1_STRINGS.includes(code)) mode = "string";
    else if (code === CR) returned = true;
    else if (!isControl(character) || code === TAB) append(character);
  }

  function beginCsi(): void {
    mode = "csi";
    parameters = "";
    isColour = true;
  }

  function read(chunk: string): void {
    for (let i = 0; i < chunk.length;) {
      if (mode === "text") {
        CONTROL.lastIndex = i;
        const end = CONTROL.test(chunk) ? CONTROL.lastIndex - 1 : chunk.length;
        if (end > i) append(chunk.slice(i, end));
        if (end === chunk.length) return;
        i = end;
      }
      // A character outside of the BMP has two code units.
      const character = String.fromCodePoint(chunk.codePointAt(i)!);
      control(chunk.charCodeAt(i), character);
      i += character.length;
    }
  }

  function take(): RawLine[] {
    const taken = lines;
    lines = [];
    return taken;
  }

  return {
    push(chunk) {
      read(decoder.decode(chunk, { stream: true }));
      return take();
    },
    end() {
      read(decoder.decode());
      if (text !== "" || cut) endLine();
      return take();
    },
  };
}

const isControl = (character: string): boolean => character.search(CONTROL) !== -1;
