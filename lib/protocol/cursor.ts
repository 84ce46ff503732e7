/**
 * A place in an app's history: after event `rev`, and after so many lines of each log that was open then.
 * On the wire it reads `<rev>~<deployId>:<line>[~<deployId>:<line>]`; clients must not look inside.
 */
import { DeployId } from "./ids.ts";

export interface Position {
  readonly rev: number;
  /** deployId → how many of its lines lie behind this place */
  readonly lines: Readonly<Record<string, number>>;
}

export const START: Position = { rev: 0, lines: {} };

/** More than two logs are never open at once; a few more are read so that an odd cursor is not refused for nothing. */
const MAX_LOGS = 8;

export function formatCursor(position: Position): string {
  let text = String(position.rev);
  for (const [deployId, line] of Object.entries(position.lines)) text += `~${deployId}:${line}`;
  return text;
}

/** @returns the position, or null for anything that `formatCursor` cannot have made */
export function parseCursor(text: string): Position | null {
  const [head, ...logs] = text.split("~");
  const rev = wholeNumber(head);
  if (rev === null || logs.length > MAX_LOGS) return null;
  const lines: Record<string, number> = {};
  for (const log of logs) {
    const colon = log.indexOf(":");
    const deployId = DeployId.safeParse(log.slice(0, colon));
    const line = wholeNumber(log.slice(colon + 1));
    if (!deployId.success || line === null || deployId.data in lines) return null;
    lines[deployId.data] = line;
  }
  return { rev, lines };
}

function wholeNumber(text: string | undefined): number | null {
  if (text === undefined || !/^(?:0|[1-9]\d{0,14})$/.test(text)) return null;
  return Number(text);
}
