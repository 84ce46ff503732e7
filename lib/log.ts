/** Structured log lines: one JSON object a line on stderr or stdout. Never pass a secret as a field. */
import { nextTurn } from "./next_turn.ts";

export function logInfo(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event, ...fields }));
}

/** The error's message and stack are for the operator; clients learn a code only. */
export function logError(
  event: string,
  error: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const what = error instanceof Error
    ? { error: error.message, stack: error.stack }
    : { error: String(error) };
  console.error(
    JSON.stringify({ time: new Date().toISOString(), level: "error", event, ...fields, ...what }),
  );
}

/** bytes that a pipe takes as a whole, so that lines of two isolates of a process never mix; addresses are ASCII */
const AT_ONCE = 4_096;
let gathered = "";

/** A line of a kind that comes by the thousand. Those of one turn of the event loop are written together. */
export function logSoon(line: string): void {
  if (gathered === "") void nextTurn().then(writeGathered);
  else if (gathered.length + line.length > AT_ONCE - 2) writeGathered();
  gathered += gathered === "" ? line : `\n${line}`;
}

function writeGathered(): void {
  if (gathered !== "") console.log(gathered);
  gathered = "";
}
