/** A log line is text and colour sequences, `ESC [ … m`, and nothing else: see `lines.ts`. */

// deno-lint-ignore no-control-regex
const COLOUR = /\u001b\[[\d;:]*m/g;

/** The text alone. */
export function withoutColour(line: string): string {
  return line.includes("\u001b") ? line.replace(COLOUR, "") : line;
}

/** The line's parts in order, each either text or one colour sequence. */
export function colourParts(line: string): { text: string; colour: boolean }[] {
  const parts: { text: string; colour: boolean }[] = [];
  let end = 0;
  for (const match of line.matchAll(COLOUR)) {
    if (match.index > end) parts.push({ text: line.slice(end, match.index), colour: false });
    parts.push({ text: match[0], colour: true });
    end = match.index + match[0].length;
  }
  if (end < line.length) parts.push({ text: line.slice(end), colour: false });
  return parts;
}
