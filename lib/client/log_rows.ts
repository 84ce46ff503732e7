/** The rows of the log panel: lines, what is missing between them, and where another deploy begins. */
import type { AppEvent } from "../protocol/events.ts";

type Payload<T extends AppEvent["type"]> = Extract<AppEvent, { type: T }>["payload"];

export type LogRow =
  | { readonly kind: "line" } & Payload<"log">
  | { readonly kind: "gap" } & Payload<"gap">
  | { readonly kind: "deploy"; readonly deployId: Payload<"log">["deployId"] };

/** The newest so many are kept. */
export const MAX_ROWS = 5_000;

/** The rows with these events after them; the same array where they add nothing. */
export function appendRows(rows: readonly LogRow[], events: readonly AppEvent[]): readonly LogRow[] {
  const added: LogRow[] = [];
  let deployId = rows.at(-1)?.deployId;
  for (const { type, payload } of events) {
    if (type !== "log" && type !== "gap") continue;
    if (payload.deployId !== deployId) added.push({ kind: "deploy", deployId: payload.deployId });
    deployId = payload.deployId;
    added.push(type === "log" ? { kind: "line", ...payload } : { kind: "gap", ...payload });
  }
  if (added.length === 0) return rows;
  const kept = rows.slice(Math.max(0, rows.length + added.length - MAX_ROWS));
  return kept.concat(added.length > MAX_ROWS ? added.slice(-MAX_ROWS) : added);
}
