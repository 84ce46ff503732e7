/**
 * One watched app on this isolate: a ring of recent chunks that all its viewers share, and the place up to which this
 * isolate has heard. What is announced here, by the channel or by a watch only says "there is more": the feed takes what
 * joins on exactly and reads the rest from KV, so nothing is missed or told twice.
 */
import type { AppId } from "../protocol/ids.ts";
import { formatCursor, type Position } from "../protocol/cursor.ts";
import type { NumberedEvent } from "../preview/store.ts";
import type { LogLine } from "../preview/runner.ts";
import { shared } from "../shared.ts";
import { advance, type LogUrl, restart } from "./advance.ts";
import { Chunk, CHUNK_BYTES, type Item, weightOf } from "./chunk.ts";
import type { History, Present } from "./history.ts";
import { afterEvent, afterLines, finishedLogs, reached } from "./plan.ts";
import { createWays, type Ways } from "./ways.ts";

/** What one commit of an isolate made, for its own viewers and for other isolates. */
export type News =
  | {
    readonly type: "lines";
    readonly deployId: string;
    readonly from: number;
    readonly lines: readonly LogLine[];
  }
  | { readonly type: "events"; readonly events: readonly NumberedEvent[] }
  /** Too large to be passed on: read it. */
  | { readonly type: "more" };

export interface FeedOptions {
  readonly appId: AppId;
  readonly history: History;
  readonly previewUrl: string;
  readonly logUrl: LogUrl;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** How many viewers a flush is written to. */
  readonly viewers?: () => number;
  /** Called after each flush. */
  readonly onFlush: () => void;
  /** Called when the app is gone. */
  readonly onGone: () => void;
}

/**
 * Milliseconds between two flushes of a busy app: the more viewers, the more it costs to write to all of them, and the
 * more is gained where several lines share a write. What comes after a quiet moment does not wait.
 */
export const flushEvery = (viewers: number): number => Math.min(Math.max(5, viewers / 15), 100);
/** Milliseconds after which what a watch told is read, if nobody has announced it. */
const ANNOUNCED_WITHIN = 5;
const RING_CHUNKS = 256;
const RING_ITEMS = 20_000;

export class Feed {
  /** Up to where this isolate has heard, with what is not flushed yet. */
  #tail: Position | null = null;
  #flushed: Position | null = null;
  #pending: Item[] = [];
  #pendingBytes = 0;
  #pendingEnd: Position | null = null;
  #ring: Chunk[] = [];
  #ringItems = 0;
  #nextSeq = 0;
  #lastFlush = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #soon = false;
  #reading = false;
  /** Up to where a watch says that things are. */
  #expected: Position | null = null;
  #look: ReturnType<typeof setTimeout> | undefined;
  #unwatch: () => void;
  /** For viewers who fell behind the ring. */
  readonly ways: Ways;
  readonly #now: () => number;
  readonly #options: FeedOptions;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.ways = createWays(options.history, options.appId, options.logUrl);
    this.#unwatch = options.history.watch(options.appId, (rev, lines) => {
      if (rev === null) this.#options.onGone();
      else this.#expect({ rev, lines });
    });
  }

  /** What the store holds by now is mostly being announced already, and need not be read then. */
  #expect(target: Position): void {
    this.#expected = target;
    if (this.#tail === null) {
      // What is being read may be older than that.
      if (this.#reading) this.#readOn();
      return;
    }
    if (reached(this.#tail, target)) return;
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      if (!reached(this.#tail!, this.#expected!)) this.#readOn();
    }, ANNOUNCED_WITHIN);
  }

  /** Where a viewer is who has got every chunk; null before the first refresh. */
  get flushed(): Position | null {
    return this.#flushed;
  }

  /** The number of the chunk that comes next. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The chunk of that number; null where it is not made yet, undefined where it is no longer kept. */
  chunk(seq: number): Chunk | null | undefined {
    if (seq >= this.#nextSeq) return null;
    return this.#ring[seq - (this.#nextSeq - this.#ring.length)];
  }

  /** Takes what joins on; reads where something lies between. */
  offer(news: News): void {
    if (this.#reading || (this.#tail !== null && !this.#take(news))) this.#readOn();
  }

  /** @returns false where something is missing before it */
  #take(news: News): boolean {
    if (news.type === "more") return false;
    if (news.type === "lines") {
      const at = this.#tail!.lines[news.deployId];
      if (at !== news.from) return at !== undefined && at >= news.from + news.lines.length;
      for (const [i, line] of news.lines.entries()) {
        this.#tail = afterLines(this.#tail!, news.deployId, news.from + i + 1);
        const payload = { deployId: news.deployId, line: news.from + i, ...line } as never;
        this.#add({ type: "log", payload });
      }
      return true;
    }
    for (const event of news.events) {
      const tail = this.#tail!;
      if (event.rev <= tail.rev) continue;
      const joins = event.rev === tail.rev + 1 &&
        Object.entries(event.at).every(([id, to]) => (tail.lines[id] ?? 0) >= to);
      if (!joins) return false;
      this.#tail = afterEvent(tail, event);
      this.#add(event.event);
    }
    return true;
  }

  #add(event: Item["event"]): void {
    const item = { event, id: formatCursor(this.#tail!) };
    const weight = weightOf(item);
    if (this.#pendingBytes + weight > CHUNK_BYTES) this.#seal();
    this.#pending.push(item);
    this.#pendingBytes += weight;
    this.#pendingEnd = this.#tail;
    this.#schedule();
  }

  readonly #present = shared(async (_all: "all") => {
    this.#reading = true;
    try {
      return await this.#read();
    } finally {
      this.#reading = false;
      this.flush();
    }
  });

  /**
   * Reads all that KV has beyond the tail; those who come while one is under way share the next.
   * @returns what is true now; null for an unknown app
   */
  refresh(): Promise<Present | null> {
    return this.#present("all");
  }

  /** Nobody waits for it: where it fails, the next look tries again. */
  #readOn(): void {
    this.refresh().catch(() => {});
  }

  async #read(): Promise<Present | null> {
    const { appId, history, previewUrl, logUrl } = this.#options;
    const present = await history.read(appId, Object.keys(this.#tail?.lines ?? {}) as never[]);
    // Revs never go back: one that does is of another app, made under the same id.
    if (present === null || present.record.rev < (this.#tail?.rev ?? 0)) {
      this.#options.onGone();
      return null;
    }
    const target = positionOf(present);
    if (this.#tail === null) {
      this.#tail = this.#flushed = target;
      return present;
    }
    for (;;) {
      const before: Position = this.#tail;
      const finished = finishedLogs(before, target, present.heads);
      if (reached(before, target, finished)) {
        if (before.rev === target.rev) this.#forget(finished);
        return present;
      }
      const step = await advance(history, appId, before, target, finished, logUrl) ??
        restart(present, before, previewUrl, logUrl);
      this.flush();
      this.#pending = step.items;
      this.#tail = this.#pendingEnd = step.to;
      this.flush();
    }
  }

  /**
   * After a new beginning the tail may stand in a log that was over by then: no event will take it away, and whoever
   * does not stand in it could never reach this feed.
   */
  #forget(finished: Readonly<Record<string, number>>): void {
    const without = (position: Position | null): Position | null =>
      position && {
        rev: position.rev,
        lines: Object.fromEntries(Object.entries(position.lines).filter(([id]) => !(id in finished))),
      };
    this.#tail = without(this.#tail);
    this.#flushed = without(this.#flushed);
    this.#pendingEnd = without(this.#pendingEnd);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#soon || this.#reading) return;
    const wait = this.#lastFlush + flushEvery(this.#options.viewers?.() ?? 1) - this.#now();
    if (wait <= 0) {
      // At the end of this turn, so that all of one commit travels together.
      this.#soon = true;
      queueMicrotask(() => this.flush());
    } else {
      this.#timer = setTimeout(() => this.flush(), wait);
    }
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#soon = false;
    if (this.#pending.length === 0) return;
    this.#lastFlush = this.#now();
    this.#seal();
    this.#options.onFlush();
  }

  /** A burst becomes several chunks, which still travel in one flush. */
  #seal(): void {
    if (this.#pending.length === 0) return;
    const chunk = new Chunk(this.#pending, this.#pendingEnd!);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#flushed = chunk.end;
    this.#ring.push(chunk);
    this.#ringItems += chunk.items.length;
    this.#nextSeq++;
    while (this.#ring.length > RING_CHUNKS || (this.#ringItems > RING_ITEMS && this.#ring.length > 1)) {
      this.#ringItems -= this.#ring.shift()!.items.length;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#look);
    this.#pending = [];
    this.#unwatch();
  }
}

/** The newest position: the record's rev and the length of each open log. */
export function positionOf({ record, heads }: Present): Position {
  const lines: Record<string, number> = {};
  const open = [record.instance?.deployId, record.build?.token ? record.build.deployId : undefined];
  for (const deployId of open) {
    if (deployId !== undefined) lines[deployId] = heads[deployId]?.lines ?? 0;
  }
  return { rev: record.rev, lines };
}
