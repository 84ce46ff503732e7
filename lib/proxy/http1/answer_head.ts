/** The head of an app's answer: pure. The app is anybody's, so whatever could be read in two ways is not read at all. */
import type { Field } from "./fields.ts";

export interface AnswerHead {
  readonly minor: 0 | 1;
  readonly status: number;
  readonly fields: readonly Field[];
}

/** Adding a field to `Headers` looks at all that are there already; thousands would take the processor from everybody. */
const MAX_FIELDS = 256;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** No NUL and its like, and no CR that ends no line: some take it for a line's end, others for a part of the value. */
const LINES = /^(?:[\t\x20-\x7e\x80-\xff]*\r?\n)*$/;

/**
 * Where the head ends: the index after its empty line, or -1 where that has not come yet.
 * @param from where to begin; what was searched before, less three bytes, need not be searched again
 */
export function endOfHead(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

const LF = 10;
const CR = 13;

/**
 * A line may end in LF alone: RFC 9112, 2.2 allows to take that, hand-written servers send it, and between this reader and
 * the app stands nobody who could see it otherwise. Folded lines, spaces before the colon and control characters are refused.
 * @param text with its empty line, one character per byte
 * @returns null where it is malformed
 */
export function parseAnswerHead(text: string): AnswerHead | null {
  if (!LINES.test(text)) return null;
  const lines = text.split("\n");
  const begin = STATUS_LINE.exec(withoutCr(lines[0]));
  // Two ends: that of the empty line, and that of the line before it.
  const last = lines.length - 2;
  if (begin === null || last - 1 > MAX_FIELDS) return null;
  const fields: Field[] = [];
  for (let i = 1; i < last; i++) {
    const line = lines[i];
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!TOKEN.test(name)) return null;
    fields.push([name.toLowerCase(), valueAfter(line, colon)]);
  }
  return { minor: begin[1] === "1" ? 1 : 0, status: Number(begin[2]), fields };
}

/** Without the blanks around it. Not `trim`: that takes 0xA0 for a blank, with which some letters end in UTF-8. */
function valueAfter(line: string, colon: number): string {
  let from = colon + 1;
  let to = line.length;
  while (from < to && isBlank(line.charCodeAt(from))) from++;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to);
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === CR;

const withoutCr = (line: string): string => line.endsWith("\r") ? line.slice(0, -1) : line;
