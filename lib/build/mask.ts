/**
 * Secrets → `***`, in each line before it is stored or sent (X8). Works on whole lines, so it does not matter how the
 * bytes came; and on their text without colours, so a secret that a tool paints in two colours is found too.
 */
import { colourParts, withoutColour } from "./colour.ts";
import { createLineReader, CUT_MARK, type RawLine } from "./lines.ts";

const MASK = "***";
/** Shorter values are words like `dev` or `1`: to mask them would hide nothing and spoil every line. */
const MIN_LENGTH = 4;
/** Of a value of several lines, a key in PEM say, each line is masked that is not too common. */
const MIN_LENGTH_OF_PART = 8;

export interface Masker {
  /** Lines as they may be shown, with the mark of a cut. */
  lines(raws: readonly RawLine[]): string[];
  /** A text of the server's own, of one line or several. */
  text(text: string): string;
}

export function createMasker(secrets: Iterable<string>): Masker {
  const needles = [...new Set(Array.from(secrets, needlesOf).flat())];

  function line({ text, cut }: RawLine): string {
    const plain = withoutColour(text);
    const spans = findSpans(plain, needles, cut);
    const shown = spans.length === 0 ? text : replace(text, spans);
    return cut ? shown + CUT_MARK : shown;
  }

  /** Nearly always: then no line has to be looked at by itself. */
  function holdNone(raws: readonly RawLine[]): boolean {
    if (raws.some(({ cut }) => cut)) return false;
    const plain = withoutColour(raws.map(({ text }) => text).join("\n"));
    return !needles.some((needle) => plain.includes(needle));
  }

  return {
    lines: (raws) => holdNone(raws) ? raws.map(({ text }) => text) : raws.map(line),
    text: (text) => text.split("\n").map((part) => line({ text: part, cut: false })).join("\n"),
  };
}

/** The forms in which a secret is met: as it is, and as tools write it into JSON, an address, or a header. */
function needlesOf(secret: string): string[] {
  // A secret goes through the same reader as the log that may hold it, so that both lose the same characters.
  const reader = createLineReader(Infinity);
  const parts = [...reader.push(new TextEncoder().encode(secret)), ...reader.end()]
    .map(({ text }) => withoutColour(text)).filter((text) => text.trim() !== "");
  const min = parts.length > 1 ? MIN_LENGTH_OF_PART : MIN_LENGTH;
  const whole = parts.filter((part) => part.length >= min);
  const encoded = secret.length < MIN_LENGTH_OF_PART ? [] : [
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    base64(secret).replace(/=+$/, ""),
  ];
  return [...whole, ...encoded];
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

type Span = readonly [from: number, to: number];

/** Where secrets stand in the text: in order, none touching another. */
function findSpans(plain: string, needles: readonly string[], cut: boolean): Span[] {
  const found: Span[] = [];
  for (const needle of needles) {
    // One character further, not one needle: of `aXaXa` with the secret `aXa` nothing may be left.
    for (let at = plain.indexOf(needle); at !== -1; at = plain.indexOf(needle, at + 1)) {
      found.push([at, at + needle.length]);
    }
    if (cut) {
      const begun = lengthOfBeginning(plain, needle);
      if (begun >= MIN_LENGTH) found.push([plain.length - begun, plain.length]);
    }
  }
  found.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of found) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** A cut may have gone through a secret: how much of its beginning stands at the text's end. */
function lengthOfBeginning(plain: string, needle: string): number {
  for (let length = Math.min(needle.length - 1, plain.length); length > 0; length--) {
    if (plain.endsWith(needle.slice(0, length))) return length;
  }
  return 0;
}

/** Puts a mask in place of each span of the plain text; colours stay, also those within. */
function replace(text: string, spans: readonly Span[]): string {
  let shown = "";
  let position = 0;
  let next = 0;
  for (const part of colourParts(text)) {
    if (part.colour) {
      shown += part.text;
      continue;
    }
    const end = position + part.text.length;
    let from = position;
    while (next < spans.length && spans[next][0] < end) {
      const [begin, stop] = spans[next];
      if (begin >= position) shown += part.text.slice(from - position, begin - position) + MASK;
      from = Math.min(stop, end);
      if (stop > end) break;
      next++;
    }
    shown += part.text.slice(from - position);
    position = end;
  }
  return shown;
}
