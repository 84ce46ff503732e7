/** A deploy's log to be read at leisure, while the build runs and long after (B2). */
import { stripVTControlCharacters } from "node:util";
import type { DeployId } from "../protocol/ids.ts";
import type { DeployLog } from "../protocol/deploy_log.ts";
import type { LogPayload } from "../protocol/events.ts";
import type { LogHead } from "../preview/record.ts";
import type { History } from "./history.ts";

/** Lines of one JSON answer. */
const MAX_LINES = 2_000;

export interface DeployLogs {
  /** Whose deploy it is, and how far its log has come; null for an unknown deploy. */
  head(deployId: DeployId): Promise<LogHead | null>;
  /** From line `from` on, 2,000 lines at most. */
  page(deployId: DeployId, head: LogHead, from: number): Promise<DeployLog>;
  /** All lines that are kept, as they are read. */
  all(deployId: DeployId, head: LogHead, from: number): AsyncIterable<LogPayload[]>;
}

export function createDeployLogs(
  history: Pick<History, "lines">,
  head: (deployId: DeployId) => Promise<LogHead | null>,
): DeployLogs {
  async function* all(deployId: DeployId, { lines: end, first }: LogHead, from: number) {
    for (let at = Math.max(from, first); at < end;) {
      const lines = await history.lines(deployId, at, Math.min(end, at + MAX_LINES));
      if (lines.length === 0) return;
      yield lines;
      at = lines.at(-1)!.line + 1;
    }
  }
  return {
    head,
    all,
    async page(deployId, known, from) {
      const lines: LogPayload[] = [];
      for await (const some of all(deployId, known, from)) {
        lines.push(...some);
        if (lines.length >= MAX_LINES) break;
      }
      // Whoever asked from beyond the end must not miss what comes next.
      const next = lines.length > 0 ? lines.at(-1)!.line + 1 : known.lines;
      return { lines, first: known.first, next, closed: known.closed && next >= known.lines };
    },
  };
}

/** Which form of the log is asked for: pure. */
export function logFormat(accept: string | null): "json" | "text" | "ndjson" {
  for (const type of (accept ?? "").toLowerCase().split(",").map((part) => part.split(";")[0].trim())) {
    if (type === "application/json") return "json";
    if (type === "text/plain") return "text";
    if (type === "application/x-ndjson") return "ndjson";
    // A link that a person opened.
    if (type === "text/html") return "text";
  }
  return "json";
}

/** Lines as plain text: colours are for terminals, so they stay out of a file. */
export function plainText(lines: readonly LogPayload[]): string {
  return lines.map(({ message }) => stripVTControlCharacters(message) + "\n").join("");
}
