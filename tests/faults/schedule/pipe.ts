/** A connection's bytes between server and person: they wait, arrive bit by bit, and what had not arrived is gone. */
import type { Chunk, Item } from "../../../lib/events/chunk.ts";
import type { Farewell, Sink } from "../../../lib/events/viewer.ts";

export interface PipeEvents {
  /** Something waits, or the server has closed. */
  onMore(): void;
  /** Called once, when the server closes. */
  onClosed(): void;
}

export class Pipe implements Sink {
  readonly waiting: Chunk[] = [];
  closed = false;
  #ready: (() => void)[] = [];

  /** @param room chunks that may wait before the server is told to */
  constructor(readonly room: number, readonly events: PipeEvents) {}

  write(chunk: Chunk): void {
    if (this.closed) return;
    this.waiting.push(chunk);
    this.events.onMore();
  }

  ready(): boolean {
    return !this.closed && this.waiting.length < this.room;
  }

  whenReady(callback: () => void): void {
    if (this.closed) queueMicrotask(callback);
    else this.#ready.push(callback);
  }

  keepAlive(): void {}

  close(_: Farewell): void {
    if (this.closed) return;
    this.closed = true;
    this.events.onClosed();
    this.events.onMore();
    this.takeReady()();
  }

  /** @returns what is to be called on the server now that there is room */
  takeReady(): () => void {
    const callbacks = this.#ready;
    this.#ready = [];
    return () => callbacks.forEach((callback) => callback());
  }

  /** The next chunk, or nothing. */
  read(): readonly Item[] {
    return this.waiting.shift()?.items ?? [];
  }
}
