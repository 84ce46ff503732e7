/** What has to follow what in one app's stream. Pure. */
import { parseCursor } from "../../../lib/protocol/cursor.ts";

/** An event as it came, with its cursor. */
export interface ParsedEvent {
  readonly id?: string;
  readonly type?: string;
  readonly payload?: { readonly deployId?: string; readonly line?: number; readonly message?: string };
}

export interface Check {
  readonly rev: number;
  /** The last line of each log. */
  readonly lines: Readonly<{ [deployId: string]: number }>;
  /** The number that the printer gave its last line; 0 before the first. */
  readonly number: number;
  /** Of the event just checked, where the printer wrote one: microseconds since 1970, else 0. */
  readonly time: number;
}

export const START: Check = { rev: 0, lines: {}, number: 0, time: 0 };

/** See `printer.ts`. */
const LINE = /^n (\d+) (\d+) /;

/**
 * | event | has to have |
 * |---|---|
 * | a line | the number after the last of its log, and the printer's number after its last; our cursor behind it |
 * | another | a rev after the last |
 * | a gap, or nothing that we know | no place here: something was lost |
 *
 * @throws Error that says what is wrong
 */
export function checkEvent(before: Check, event: ParsedEvent, cursors: "ours" | "any"): Check {
  const wrong = (what: string) => new Error(`${what}: ${JSON.stringify(event).slice(0, 300)}`);
  if (event.id === undefined) throw wrong("An event without a cursor");
  const { deployId = "", line = -1, message = "" } = event.payload ?? {};
  // The usual case, without taking the cursor apart.
  const expected = `${before.rev}~${deployId}:${line + 1}`;
  const cursor = cursors === "any"
    ? null
    : event.id === expected
    ? { rev: before.rev, lines: { [deployId]: line + 1 } }
    : parseCursor(event.id);
  if (cursors === "ours" && cursor === null) throw wrong("An event with a cursor that is none of ours");
  if (event.type !== "log") {
    if (event.type === "gap" || event.type === undefined) throw wrong("Something is missing");
    const rev = cursor?.rev ?? before.rev;
    if (before.rev > 0 && cursor && rev !== before.rev + 1) throw wrong(`Not the event after ${before.rev}`);
    return { ...before, rev, time: 0 };
  }
  const last = before.lines[deployId];
  if (last !== undefined && line !== last + 1) throw wrong(`Not the line after ${last}`);
  if (cursor && cursor.lines[deployId] !== line + 1) throw wrong("A cursor that is not behind its line");
  const rev = cursor?.rev ?? 0;
  if (before.rev > 0 && rev !== before.rev) throw wrong(`A line of another rev than ${before.rev}`);
  const lines = last === undefined || Object.keys(before.lines).length > 1
    ? { ...before.lines, [deployId]: line }
    : { [deployId]: line };
  const [, number, time] = LINE.exec(message) ?? [];
  if (number === undefined) return { rev, lines, number: before.number, time: 0 };
  if (last !== undefined && before.number > 0 && Number(number) !== before.number + 1) {
    throw wrong(`Not what was printed after ${before.number}`);
  }
  return { rev, lines, number: Number(number), time: Number(time) };
}
