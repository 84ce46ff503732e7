/**
 * What all viewers together saw of each log: they have to agree on every line, and on where it ends, whenever, wherever
 * and by whichever transport each of them came.
 */
import type { LogPayload } from "../../../lib/protocol/events.ts";

export class Ledger {
  readonly problems: string[] = [];
  /** Lines and events that were checked, each for every viewer that saw it. */
  checked = 0;
  /** Stretches that viewers were told to be gone. */
  gaps = 0;
  readonly #lines = new Map<string, Map<number, number>>();
  readonly #ends = new Map<string, { readonly lines: number; readonly who: string }>();

  problem(text: string): void {
    this.problems.push(text);
  }

  line(who: string, payload: LogPayload): void {
    const { deployId, line } = payload;
    let lines = this.#lines.get(deployId);
    if (!lines) this.#lines.set(deployId, lines = new Map());
    const said = fingerprint(payload);
    const known = lines.get(line);
    if (known === undefined) lines.set(line, said);
    else if (known !== said) this.problem(`${who}: line ${line} of ${deployId} is not what others saw`);
    const end = this.#ends.get(deployId);
    if (end && line >= end.lines) {
      this.problem(`${who}: line ${line} of ${deployId}, which ended with ${end.lines} lines for ${end.who}`);
    }
  }

  /** A log has ended, for this viewer, after so many lines. */
  end(who: string, deployId: string, lines: number): void {
    const end = this.#ends.get(deployId);
    if (end === undefined) {
      this.#ends.set(deployId, { lines, who });
      const beyond = Math.max(...this.#lines.get(deployId)?.keys() ?? [-1]) + 1;
      if (beyond > lines) {
        this.problem(`${who}: ${deployId} ended after ${lines} lines; others saw ${beyond}`);
      }
    } else if (end.lines !== lines) {
      this.problem(
        `${who}: ${deployId} ended after ${lines} lines; for ${end.who} it was ${end.lines}`,
      );
    }
  }

  knows(deployId: string): boolean {
    return this.#lines.has(deployId);
  }

  /** Logs that somebody saw something of. */
  get deploys(): number {
    return this.#lines.size;
  }
}

/** 32 bits of FNV-1a, of all that is said of a line. */
function fingerprint({ source, stream, message, timestamp }: LogPayload): number {
  let hash = 0x811c9dc5;
  for (const text of [source, stream, message, String(timestamp)]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  return hash;
}
