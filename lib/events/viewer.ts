/** One open event stream: a place in the app's history, and a sink that takes chunks as fast as it can. */
import { logError } from "../log.ts";
import type { AppId } from "../protocol/ids.ts";
import type { Position } from "../protocol/cursor.ts";
import { type LogUrl, restart } from "./advance.ts";
import { Chunk, EVENT_BYTES } from "./chunk.ts";
import type { Feed } from "./feed.ts";
import type { History, Present } from "./history.ts";
import { finishedLogs, reached } from "./plan.ts";

/** Bytes that may wait in a sink that is ready for one more chunk: with the largest one, 64 KiB wait for a viewer. */
export const HIGH_WATER = 64 * 1024 - EVENT_BYTES;

/** The port to one client's connection: it takes chunks, says when it can take more, and can be closed. */
export interface Sink {
  write(chunk: Chunk): void;
  /** False while `HIGH_WATER` bytes of earlier chunks, or more, wait in the socket. */
  ready(): boolean;
  /** Calls back, once, when `ready` may be true again. */
  whenReady(callback: () => void): void;
  /** To be awaited by whoever has more to write at once: resolves when this one should be on its way. */
  flushed?(chunk: Chunk): Promise<void> | undefined;
  /** A comment or an empty frame, so that both ends see that the other is there. */
  keepAlive(): void;
  /** Says goodbye; what was written before still arrives. */
  close(farewell: Farewell): void;
}

/** Whose connection it is: an object that is there anyhow, because a function of its own for each viewer would cost more. */
export interface SinkOwner {
  /** Called once, when the connection has ended, whoever ended it. */
  gone(): void;
}

export type Farewell =
  /** There is no such app, or no longer for this viewer. */
  | { readonly type: "gone" }
  /** What the viewer had proved himself with is no longer good (X7). */
  | { readonly type: "signed-out" }
  | { readonly type: "reconnect"; readonly reason: "age" | "restart"; readonly afterMs: number }
  | { readonly type: "failed" };

/** One for all viewers of an app. */
export interface Source {
  readonly feed: Feed;
  readonly history: History;
  readonly appId: AppId;
  readonly previewUrl: string;
  readonly logUrl: LogUrl;
}

const beginnings = new WeakMap<Present, Chunk>();

/** Things as they are, encoded once for all who come at the same moment. */
function beginningOf(present: Present, { previewUrl, logUrl }: Source): Chunk {
  let chunk = beginnings.get(present);
  if (chunk === undefined) {
    const { items, to } = restart(present, null, previewUrl, logUrl);
    beginnings.set(present, chunk = new Chunk(items, to));
  }
  return chunk;
}

/** Shared by nearly all. */
const NONE: Readonly<Record<string, number>> = {};

export class Viewer {
  #position: Position;
  /** The next chunk of the feed's ring, or null while reading from KV. */
  #seq: number | null = null;
  #finished = NONE;
  #waiting = false;
  #closed = false;

  readonly sink: Sink;
  readonly #source: Source;

  private constructor(source: Source, sink: Sink, position: Position) {
    this.#source = source;
    this.sink = sink;
    this.#position = position;
  }

  /**
   * Shows things as they are, or what comes after `cursor`, and goes on live.
   * @returns null for an unknown app
   */
  static async join(source: Source, sink: Sink, cursor: Position | null): Promise<Viewer | null> {
    const present = await source.feed.refresh();
    if (present === null) return null;
    const known = cursor && isKnown(cursor, present) ? cursor : null;
    const begin = known ? null : beginningOf(present, source);
    const viewer = new Viewer(source, sink, known ?? begin!.end);
    await viewer.#findFinished(viewer.#position, present);
    if (begin) sink.write(begin);
    // Whoever resumes where nothing is new would else hear nothing, and take the transport for broken (A21).
    else sink.keepAlive();
    return viewer;
  }

  /** Where this viewer is: what was handed to its sink. */
  get position(): Position {
    return this.#position;
  }

  /** True where it has got all there is. */
  get caughtUp(): boolean {
    return this.#seq !== null && this.#seq >= this.#source.feed.nextSeq;
  }

  /** Hands over as many chunks as the sink takes now. */
  pump(): void {
    const { sink } = this;
    const { feed } = this.#source;
    while (this.#seq !== null && !this.#closed) {
      const chunk = feed.chunk(this.#seq);
      if (chunk === null) return;
      if (chunk === undefined) {
        this.#seq = null;
        void this.catchUp();
        return;
      }
      if (!sink.ready()) return this.#wait();
      this.#seq++;
      this.#position = chunk.end;
      sink.write(chunk);
    }
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.sink.whenReady(() => {
      this.#waiting = false;
      this.pump();
    });
  }

  /**
   * Reads from KV what lies between this viewer and the feed, at the sink's pace; then follows the ring.
   * @param joining lets each chunk be on its way before the next; whoever fell behind later gets them as fast as he can
   */
  async catchUp(joining = false): Promise<void> {
    const { sink } = this;
    const { feed, appId } = this.#source;
    try {
      while (!this.#closed) {
        if (!sink.ready()) await new Promise<void>((resolve) => sink.whenReady(resolve));
        if (this.#closed) return;
        const target = feed.flushed!;
        if (reached(this.#position, target, this.#finished)) {
          this.#seq = feed.nextSeq;
          this.#position = target;
          return;
        }
        const chunk = await feed.ways.on(this.#position, target, this.#finished) ?? await this.#restart();
        if (chunk === null || this.#closed) return;
        this.#position = chunk.end;
        if (chunk.items.length === 0) continue;
        sink.write(chunk);
        if (joining) await sink.flushed?.(chunk);
      }
    } catch (error) {
      logError("replay-failed", error, { appId });
      this.close({ type: "failed" });
    }
  }

  async #restart(): Promise<Chunk | null> {
    const { feed, previewUrl, logUrl } = this.#source;
    const present = await feed.refresh();
    if (present === null) return null;
    // Logs may have ended since this viewer joined, and the events that told of it are gone too.
    await this.#findFinished(this.#position, present);
    const rest = await feed.ways.on(this.#position, feed.flushed!, this.#finished);
    if (rest !== null) return rest;
    const begin = restart(present, this.#position, previewUrl, logUrl);
    await this.#findFinished(begin.to, present);
    return new Chunk(begin.items, begin.to);
  }

  /** A cursor may stand in a log that has ended since and that no event will mention again. */
  async #findFinished(from: Position, present: Present): Promise<void> {
    const { feed, history, appId } = this.#source;
    const ids = Object.keys(from.lines);
    const heads = ids.some((id) => !(id in present.heads))
      ? (await history.read(appId, ids as never[]))?.heads ?? {}
      : present.heads;
    const finished = finishedLogs(from, feed.flushed!, heads);
    this.#finished = Object.keys(finished).length === 0 ? NONE : finished;
  }

  close(farewell: Farewell): void {
    if (this.#closed) return;
    this.#closed = true;
    this.sink.close(farewell);
  }

  /** The client has gone. */
  end(): void {
    this.#closed = true;
  }
}

/** A cursor from beyond the end was made by another store: better to begin anew than to wait for ever. */
function isKnown(cursor: Position, { record, heads }: Present): boolean {
  return cursor.rev <= record.rev &&
    Object.entries(cursor.lines).every(([id, at]) => !heads[id] || at <= heads[id].lines);
}
