/**
 * One viewer's place in an app's history, held against each event that comes. What is promised (X1):
 *
 * | what comes | has to be |
 * |---|---|
 * | a line | the one after the last of its log; the first of a log that opened since |
 * | a gap | from there on, and what follows goes on behind it |
 * | an event | of the rev after the last |
 * | a beginning, with the status as it is | for those who come without a cursor only |
 *
 * Whoever leaves and comes again, by whichever transport, goes on with his cursor and may not tell the difference.
 */
import { parseCursor, type Position } from "../../../lib/protocol/cursor.ts";
import type { LogPayload, WireEvent } from "../../../lib/protocol/events.ts";
import type { Ledger } from "./ledger.ts";
import { TICK } from "./noisy_app.ts";

export class Reader {
  #at: Position | null = null;
  #cursor: string | undefined;
  /** The last number that each run of the app was heard to count. */
  #counts = new Map<string, { run: string; count: number }>();
  readonly #who: string;
  readonly #ledger: Ledger;

  constructor(who: string, ledger: Ledger) {
    this.#who = who;
    this.#ledger = ledger;
  }

  /** What to come again with. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  take(event: WireEvent): void {
    if (event.type === "reconnect") return;
    this.#ledger.checked++;
    const before = this.#at;
    if (event.id === undefined) {
      if (before !== null) this.#problem("begins anew", event);
      return;
    }
    const now = parseCursor(event.id);
    if (now === null) return this.#problem("has no cursor of ours", event);
    const wrong = before === null ? beginning(event) : step(before, event, now);
    if (wrong !== null) this.#problem(wrong, event);
    if (event.type === "log") {
      this.#count(event.payload);
      this.#ledger.line(this.#who, event.payload);
    }
    if (event.type === "gap") {
      this.#ledger.gaps++;
      this.#counts.delete(event.payload.deployId);
    }
    this.#move(now, event.id);
  }

  /** The place that a JSON answer ends with. */
  settle(next: string): void {
    const at = this.#at;
    const now = parseCursor(next);
    const same = now !== null &&
      (at === null ||
        now.rev === at.rev && Object.entries(at.lines).every(([id, to]) => behind(now, id, to)));
    if (!same) this.#problem(`an answer ends at ${next}, not at ${this.#cursor}`);
    if (now !== null) this.#move(now, next);
  }

  #move(now: Position, cursor: string): void {
    const before = this.#at;
    this.#at = now;
    this.#cursor = cursor;
    if (before === null) return;
    for (const [deployId, lines] of Object.entries(before.lines)) {
      if (deployId in now.lines) continue;
      this.#counts.delete(deployId);
      this.#ledger.end(this.#who, deployId, lines);
    }
  }

  /** The app counts what it says, so that a line lost before it had a number is missed as well. */
  #count({ deployId, message, line }: LogPayload): void {
    // Seen from its beginning.
    if (line === 0) this.#counts.set(deployId, { run: "", count: 0 });
    const [, run, number] = TICK.exec(message) ?? [];
    if (run === undefined) return;
    const last = this.#counts.get(deployId);
    const count = Number(number);
    const expected = last?.run === run ? last.count + 1 : 1;
    if (last !== undefined && count !== expected) {
      this.#ledger.problem(
        `${this.#who}: ${deployId} line ${line} says ${run} ${count} after ${last.run} ${last.count}`,
      );
    }
    this.#counts.set(deployId, { run, count });
  }

  #problem(what: string, event?: WireEvent): void {
    const said = event && ` ${event.id ?? "-"} ${event.type} ${JSON.stringify(event.payload).slice(0, 150)}`;
    this.#ledger.problem(`${this.#who} at ${this.#cursor ?? "the beginning"}: ${what}${said ?? ""}`);
  }
}

const behind = (now: Position, deployId: string, to: number) =>
  !(deployId in now.lines) || now.lines[deployId] === to;

const beginning = ({ type }: WireEvent): string | null =>
  type === "log" || type === "container-stopped" ? "does not begin with the status" : null;

/** @returns what is wrong with an event that leads from `before` to `now` */
function step(before: Position, event: WireEvent, now: Position): string | null {
  switch (event.type) {
    case "log": {
      const { deployId, line } = event.payload;
      const expected = before.lines[deployId] ?? 0;
      if (line !== expected) {
        return line < expected ? `repeats line ${line}` : `misses ${expected} to ${line}`;
      }
      return now.rev === before.rev && now.lines[deployId] === line + 1 ? null : "has a wrong cursor";
    }
    case "gap": {
      const { deployId, from, to } = event.payload;
      if (from !== (before.lines[deployId] ?? 0) || to <= from) return "tells of another gap";
      return now.rev === before.rev && now.lines[deployId] === to ? null : "has a wrong cursor";
    }
    default: {
      if (now.rev !== before.rev + 1) return `is not rev ${before.rev + 1}`;
      const jumps = Object.entries(now.lines).some(([id, to]) => to !== (before.lines[id] ?? 0));
      return jumps ? "jumps over lines" : null;
    }
  }
}
