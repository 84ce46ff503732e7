/** What is said to the process of the swarm, one JSON object a line, and what it answers. */
import type { Percentiles } from "../stats.ts";

export interface OpenOptions {
  readonly port: number;
  /** `/api/apps/printer/events` */
  readonly path: string;
  readonly transport: "sse" | "ws";
  readonly count: number;
  /** Audiences of one stream have one record, and prove each other; the path unless told. */
  readonly channel?: string;
  /** Viewers begin to count behind the line `mark <this>`, which has to be printed once all are there. */
  readonly mark: string;
  /** They are tickets, and no tokens. */
  readonly isTicket?: boolean;
  /** Whether cursors have to be ours; `any` for baselines. */
  readonly cursors?: "ours" | "any";
  /** Streams that are opened at once; 64 unless told. */
  readonly atOnce?: number;
  /** Latencies are noted of each so-manieth viewer; 1 unless told. */
  readonly sample?: number;
}

export type Command =
  | {
    readonly type: "open";
    readonly audience: string;
    readonly options: OpenOptions;
    /** One for all, or one for each, in turn; none where nobody is asked. */
    readonly bearers: readonly string[];
  }
  | { readonly type: "reopen"; readonly audience: string; readonly bearers: readonly string[] }
  | { readonly type: "marked" | "complete"; readonly audience: string; readonly ms: number }
  | { readonly type: "arm"; readonly audience: string; readonly lines: number }
  | { readonly type: "seen" | "stall" | "go" | "leave"; readonly audience: string };

export interface Opened {
  readonly opened: number;
  /** What the first of those said that were refused. */
  readonly failures: readonly string[];
  /** From the first connect until the last answer's head. */
  readonly seconds: number;
  /** Milliseconds from connect until the answer's head was read. */
  readonly firstByte: Percentiles;
}

/** Times are microseconds since 1970; 0 where it did not happen. */
export interface Seen {
  readonly viewers: number;
  /** How many have seen the mark. */
  readonly marked: number;
  /** How many have all that `arm` asked for. */
  readonly complete: number;
  readonly open: number;
  /** Lines that reached viewers since `arm`, all together, and the one who has the fewest. */
  readonly delivered: number;
  readonly fewest: number;
  readonly bytes: number;
  readonly reads: number;
  /** The first byte of an event at any viewer since `arm`. */
  readonly firstAt: number;
  /** The first and the last viewer who were complete. */
  readonly firstDoneAt: number;
  readonly lastDoneAt: number;
  /** Milliseconds from the printer's write to the viewer's read, of each line at each viewer (see `sample`). */
  readonly latency: Percentiles;
  /** Viewers that were told to come again, or with what code they were sent away. */
  readonly farewells: number;
  /** The first few of what they were told. */
  readonly farewell: readonly string[];
  /** The proof failed: what the first of them got, and what had to come. */
  readonly problems: readonly string[];
}

export type Answer = { readonly re: number; readonly ok: unknown } | {
  readonly re: number;
  readonly error: string;
};
