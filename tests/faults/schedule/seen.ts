/**
 * What one person saw, over all his connections, held against the ledger as it comes: every line and event from the
 * first status on, once and in order, and a `gap` where history was trimmed, and only there.
 */
import type { Item } from "../../../lib/events/chunk.ts";
import { passOnce } from "../../../lib/client/once.ts";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { parseCursor, type Position } from "../../../lib/protocol/cursor.ts";
import type { Ledger } from "./ledger.ts";

/** Lines of a log that a person without a cursor is shown. */
const TAIL = 500;

export class Seen {
  position: Position | null = null;
  cursor: string | null = null;
  /** The last status that he was shown. */
  status: unknown = null;
  /** What came without a cursor: it belongs to the next one that has one. */
  #beginning: Item["event"][] = [];
  readonly #isNew = passOnce();
  items = 0;

  constructor(readonly ledger: Ledger, readonly violate: (what: string) => void) {}

  /** A connection begins: what came without a cursor comes again. */
  reconnect(): void {
    this.#beginning = [];
  }

  take({ event, id }: Item): void {
    if (event.type === "reconnect") return;
    this.items++;
    const isNew = this.#isNew({ ...event, ...(id === undefined ? {} : { id }) } as WireEvent);
    if (event.type === "log" && !isNew) this.violate(`the page drops line ${event.payload.line}`);
    if (event.type === "status") this.status = event.payload;
    if (id === undefined) return void this.#beginning.push(event);
    const to = parseCursor(id);
    if (to === null) return this.violate(`${id} is no cursor`);
    const events = [...this.#beginning, event];
    this.#beginning = [];
    const from = this.position;
    this.cursor = id;
    this.position = to;
    if (from === null || events.length > 1 || to.rev > from.rev + 1) return this.#begin(from, to, events);
    if (event.type === "log" || event.type === "gap") return this.#log(from, to, event);
    this.#event(from, to, event);
  }

  #log(from: Position, to: Position, event: Item["event"] & { type: "log" | "gap" }): void {
    const { deployId } = event.payload;
    const first = event.type === "log" ? event.payload.line : event.payload.from;
    const next = event.type === "log" ? first + 1 : event.payload.to;
    const at = from.lines[deployId];
    if (first !== at) this.violate(`${event.type} ${first} of ${deployId} comes where ${at} belongs`);
    this.#different(to, { rev: from.rev, lines: { ...from.lines, [deployId]: next } }).forEach(this.violate);
    const log = this.ledger.log(deployId);
    if (event.type === "gap") {
      if (next > log.first) this.violate(`a gap up to ${next} where ${log.first} is kept`);
    } else if (log.lines[first] !== event.payload.message) {
      this.violate(`line ${first} of ${deployId} reads ${event.payload.message}, not ${log.lines[first]}`);
    }
  }

  #event(from: Position, to: Position, event: Item["event"]): void {
    const entry = this.ledger.events.get(from.rev + 1);
    const complaints: string[] = [];
    if (to.rev !== from.rev + 1 || !entry) complaints.push(`${event.type} at ${to.rev} after ${from.rev}`);
    else {
      if (JSON.stringify(event) !== JSON.stringify(entry.event)) {
        complaints.push(`${to.rev} is another event`);
      }
      const lines: Record<string, number> = { ...from.lines };
      for (const id of entry.opens) lines[id] ??= 0;
      for (const [id, count] of Object.entries(entry.at)) {
        if (lines[id] < count) {
          complaints.push(`4: event ${to.rev} before line ${lines[id]} of ${id}, not ${count}`);
        }
      }
      for (const id of entry.closes) delete lines[id];
      complaints.push(...this.#different(to, { rev: to.rev, lines }));
    }
    // Where that event is gone it may be how things are now, and just look like the one that came next.
    if (complaints.length > 0 && from.rev < this.ledger.trimmedTo) return this.#begin(from, to, [event]);
    complaints.forEach(this.violate);
  }

  /** Things as they are: for somebody new, and where the events that lead on are gone. */
  #begin(from: Position | null, to: Position, events: Item["event"][]): void {
    if (events[0].type !== "status") this.violate(`a stream begins with ${events[0].type}`);
    if (from !== null && from.rev >= this.ledger.trimmedTo) {
      this.violate(`things begin anew at ${to.rev} after ${from.rev}, though nothing was trimmed`);
    }
    for (const [id, at] of Object.entries(to.lines)) {
      const log = this.ledger.log(id);
      const known = from?.lines[id];
      const gap = events.some(({ type, payload }) =>
        type === "gap" && payload.deployId === id && payload.from === 0 && payload.to === at
      );
      if (known !== undefined && known !== at) this.violate(`${id} goes on at ${at} instead of ${known}`);
      if (known === undefined && at > Math.max(log.first, log.lines.length - TAIL)) {
        this.violate(`${id} begins at ${at}`);
      }
      if (from !== null && known === undefined && at > 0 && !gap) this.violate(`${id} lacks a gap to ${at}`);
    }
    for (const [id, at] of Object.entries(from?.lines ?? {})) {
      const { lines: { length }, closed } = this.ledger.log(id);
      if (!(id in to.lines) && (!closed || at < length)) {
        this.violate(`the end of ${id} is lost: ${at} of ${length}`);
      }
    }
  }

  #different(to: Position, expected: Position): string[] {
    // A log that is over and behind us may be named or not.
    const over = (id: string, at: number) => {
      const log = this.ledger.log(id);
      return log.closed && log.lines.length === at;
    };
    const text = ({ rev, lines }: Position) =>
      JSON.stringify([rev, Object.entries(lines).filter(([id, at]) => !over(id, at)).sort()]);
    return text(to) === text(expected) ? [] : [`the cursor is ${text(to)}, not ${text(expected)}`];
  }

  /** True where nothing is left to come. */
  get complete(): boolean {
    const { record, logs } = this.ledger;
    if (this.position === null || this.position.rev !== record.rev) return false;
    const open = [record.instance?.deployId, record.build?.token ? record.build.deployId : undefined];
    const wanted = new Set([...Object.keys(this.position.lines), ...open.filter((id) => id !== undefined)]);
    return [...wanted].every((id) => this.position!.lines[id] === logs.get(id)?.lines.length);
  }
}
