/** A number of viewers of one stream, who come, read, stop reading, leave and come again together. */
import { percentiles } from "../stats.ts";
import type { RawSockets, Socket } from "../raw_sockets.ts";
import type { Opened, OpenOptions, Seen } from "./commands.ts";
import { Connection } from "./connection.ts";
import { countUpTo, type StreamRecord } from "./record.ts";
import { Viewer } from "./viewer.ts";

/** Microseconds since 1970. */
export const micros = () => (performance.timeOrigin + performance.now()) * 1000;

const AT_ONCE = 64;

interface Seat {
  readonly viewer: Viewer;
  readonly number: number;
  /** Its latencies are noted. */
  readonly sampled: boolean;
  connection: Connection | null;
  askedAt: number;
  /** When it had all that was waited for; 0 before. */
  doneAt: number;
  /** Up to which event its latencies are noted. */
  noted: number;
}

export class Audience {
  readonly record: StreamRecord;
  readonly problems: string[] = [];
  readonly #options: OpenOptions;
  readonly #sockets: RawSockets;
  readonly #seats: Seat[];
  readonly #bySocket = new Map<Socket, Seat>();
  #opening: Opening | null = null;
  #stalled = false;
  #marked = 0;
  #goal = 0;
  #done = 0;
  #firstAt = 0;
  #bytes = 0;
  #reads = 0;
  #latencies: number[] = [];
  /** Lines in the record when the count began. */
  #from = 0;

  constructor(sockets: RawSockets, options: OpenOptions, record: StreamRecord) {
    this.#sockets = sockets;
    this.#options = options;
    this.record = record;
    this.#seats = Array.from({ length: options.count }, (_, number) => ({
      viewer: new Viewer(record, options.mark, () => this.#marked++),
      number,
      sampled: number % (options.sample ?? 1) === 0,
      connection: null,
      askedAt: 0,
      doneAt: 0,
      noted: 0,
    }));
  }

  /** Begins to open all streams, with the cursors they have where they had been open before. */
  open(bearers: readonly string[]): void {
    this.#opening = { bearers, next: 0, pending: 0, begun: micros(), waits: [], failures: [] };
    this.#openMore();
  }

  /** How that went, once all are open or refused; null before. */
  get opened(): Opened | null {
    const opening = this.#opening;
    if (opening === null || opening.pending > 0 || opening.next < this.#seats.length) return null;
    const { waits, failures, begun, ended = begun } = opening;
    return {
      opened: waits.length,
      failures: failures.slice(0, 5),
      seconds: (ended - begun) / 1e6,
      firstByte: percentiles(waits),
    };
  }

  #openMore(): void {
    const opening = this.#opening!;
    while (opening.next < this.#seats.length && opening.pending < (this.#options.atOnce ?? AT_ONCE)) {
      const seat = this.#seats[opening.next++];
      const { port, path, transport, isTicket = false } = this.#options;
      const cursor = seat.viewer.rewind();
      const query = cursor === null
        ? ""
        : `${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(cursor)}`;
      const bearer = opening.bearers[seat.number % opening.bearers.length] ?? null;
      seat.askedAt = micros();
      try {
        const ask = { port, path: path + query, transport, bearer, isTicket };
        seat.connection = new Connection(this.#sockets, ask, seat.viewer);
      } catch (error) {
        opening.failures.push(String(error));
        continue;
      }
      this.#bySocket.set(seat.connection.socket, seat);
      opening.pending++;
    }
  }

  /** True where the socket is of this audience: something can be read from it. */
  takes(socket: Socket): boolean {
    const seat = this.#bySocket.get(socket);
    if (seat === undefined) return false;
    const connection = seat.connection!;
    const wasOpen = connection.isOpen;
    try {
      if (this.#read(seat, connection) === 0) this.#end(seat);
    } catch (error) {
      if (wasOpen) this.problems.push(`viewer ${seat.number}: ${error}`);
      else this.#opening!.failures.push(String(error));
      this.#end(seat);
    }
    if (!wasOpen && (connection.isOpen || seat.connection === null)) this.#answered(seat);
    return true;
  }

  #read(seat: Seat, connection: Connection): number {
    const { viewer } = seat;
    const before = viewer.offset;
    const length = connection.read();
    this.#bytes += length;
    this.#reads++;
    if (viewer.offset === before || before < 0) return length;
    const now = micros();
    this.#firstAt ||= now;
    if (seat.sampled) this.#note(seat, now);
    if (seat.doneAt === 0) this.#lookAtGoal(seat, now);
    return length;
  }

  #answered(seat: Seat): void {
    const opening = this.#opening!;
    opening.pending--;
    opening.ended = micros();
    if (seat.connection !== null) opening.waits.push((opening.ended - seat.askedAt) / 1000);
    this.#openMore();
  }

  #end(seat: Seat): void {
    const { connection } = seat;
    if (connection === null) return;
    seat.connection = null;
    this.#bySocket.delete(connection.socket);
    this.#sockets.close(connection.socket);
  }

  #note(seat: Seat, now: number): void {
    const { ends, times } = this.record;
    for (; seat.noted < ends.length && ends[seat.noted] <= seat.viewer.offset; seat.noted++) {
      const time = times[seat.noted];
      if (time > 0) this.#latencies.push((now - time) / 1000);
    }
  }

  #lookAtGoal(seat: Seat, now: number): void {
    const end = this.#goal > 0 ? this.record.lineEnds[this.#goal - 1] : undefined;
    if (end === undefined || seat.viewer.offset < end) return;
    seat.doneAt = now;
    this.#done++;
  }

  /** Begins to count anew; all viewers are waited for until they have so many more lines than the record has now. */
  arm(lines: number): void {
    this.#from = this.record.lines;
    this.#goal = this.record.lines + lines;
    this.#done =
      this.#firstAt =
      this.#bytes =
      this.#reads =
        0;
    this.#latencies = [];
    for (const seat of this.#seats) {
      seat.doneAt = 0;
      seat.noted = countUpTo(this.record.ends, Math.max(seat.viewer.offset, 0));
    }
  }

  /** True when all have what `arm` asked for. */
  get complete(): boolean {
    return this.#done === this.#seats.length;
  }

  /** How many have seen the mark. */
  get marked(): number {
    return this.#marked;
  }

  seen(): Seen {
    const { lineEnds } = this.record;
    const doneAt = this.#seats.map((seat) => seat.doneAt);
    const farewells = this.#seats.flatMap(({ viewer }) => viewer.farewell ?? []);
    const counts = this.#seats.map(({ viewer }) => countUpTo(lineEnds, viewer.offset) - this.#from);
    return {
      viewers: this.#seats.length,
      marked: this.#marked,
      complete: this.#done,
      open: this.#bySocket.size,
      delivered: counts.reduce((sum, count) => sum + Math.max(count, 0), 0),
      fewest: Math.min(...counts),
      bytes: this.#bytes,
      reads: this.#reads,
      firstAt: this.#firstAt,
      firstDoneAt: Math.min(...doneAt),
      lastDoneAt: Math.max(...doneAt),
      latency: percentiles(this.#latencies),
      farewells: farewells.length,
      farewell: [...new Set(farewells)].slice(0, 3),
      problems: this.problems.slice(0, 5),
    };
  }

  /**
   * Gives those of its viewers whose turn it is, one in so many: each comes at a time of his own, as people do.
   * @param turn counts up
   */
  signsOfLife(turn: number, turns: number): void {
    if (this.#stalled) return;
    for (let i = turn % turns; i < this.#seats.length; i += turns) this.#seats[i].connection?.signOfLife();
  }

  /** Reads nothing more until `go`. */
  stall(): void {
    if (this.#stalled) return;
    this.#stalled = true;
    for (const socket of this.#bySocket.keys()) this.#sockets.unwatch(socket);
  }

  go(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    for (const socket of this.#bySocket.keys()) this.#sockets.watch(socket);
  }

  /** Hangs up, all at once; places are kept, and `open` goes on from there. */
  leave(): void {
    for (const seat of this.#seats) this.#end(seat);
    this.#stalled = false;
  }
}

/** Times in microseconds since 1970; `waits` in milliseconds. */
interface Opening {
  readonly bearers: readonly string[];
  readonly begun: number;
  readonly waits: number[];
  readonly failures: string[];
  next: number;
  pending: number;
  ended?: number;
}
