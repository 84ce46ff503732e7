/** Which rows of the log are drawn, and how each is known again. */
import type { LogRow } from "../lib/client/log_rows.ts";

/** More are kept, but so many nodes are what a slow machine still scrolls. */
export const DRAWN_ROWS = 1000;

export interface DrawnRow {
  readonly key: string;
  readonly row: LogRow;
}

/**
 * The newest rows, each with a key that stays the same when rows are added or fall out. A separator is known by the row
 * after it, because two logs may take turns and their separators come again and again.
 */
export function drawnRows(rows: readonly LogRow[], limit = DRAWN_ROWS): DrawnRow[] {
  const newest = rows.slice(-limit);
  return newest.map((row, index) => ({ row, key: keyOf(row, newest[index + 1]) }));
}

function keyOf(row: LogRow, next: LogRow | undefined): string {
  switch (row.kind) {
    case "line":
      return `${row.deployId}:${row.line}`;
    case "gap":
      return `${row.deployId}:gap:${row.from}`;
    case "deploy":
      return `deploy:${next ? keyOf(next, undefined) : row.deployId}`;
  }
}
