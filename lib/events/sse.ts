/** Server-Sent Events: a sink on a byte stream. */
import { afterIo } from "../next_turn.ts";
import type { Chunk } from "./chunk.ts";
import { type Farewell, HIGH_WATER, type Sink, type SinkOwner } from "./viewer.ts";

/** What a client waits before it comes back, if nobody says otherwise; the client adds its own jitter. */
const RETRY_MS = 1_000;

/** Bytes that HTTP has room for in any case. */
const HTTP_BUFFER = 8 * 1024;

const encoder = new TextEncoder();
const FIRST = encoder.encode(`retry: ${RETRY_MS}\n\n`);
const KEEP_ALIVE = encoder.encode(": still here\n\n");
const STRATEGY = new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER });

/** Proxies must neither keep, change nor gather what is on its way (A11). */
export const SSE_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** @param owner is told once, when the client has closed the stream or we have */
export function createSseSink(owner: SinkOwner): { sink: Sink; body: ReadableStream<Uint8Array> } {
  const sink = new SseSink(owner);
  return { sink, body: new ReadableStream(sink, STRATEGY) };
}

/** The stream's own source, too: what is there as long as a viewer is small, and needs no closures. */
class SseSink implements Sink, UnderlyingDefaultSource<Uint8Array> {
  readonly #owner: SinkOwner;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #closed = false;
  #waiting: (() => void)[] | null = null;
  /** Ends a pull that is under way. */
  #rest: (() => void) | null = null;

  constructor(owner: SinkOwner) {
    this.#owner = owner;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    controller.enqueue(FIRST);
  }

  /**
   * There is room. A stream asks again after each chunk, which costs a fifth of what a chunk costs, so it is kept busy until
   * somebody waits for room.
   */
  pull(): Promise<void> | undefined {
    this.#tellWaiting();
    if (this.#waiting === null && !this.#closed) return new Promise((resolve) => this.#rest = resolve);
  }

  #tellWaiting(): void {
    const callbacks = this.#waiting;
    this.#waiting = null;
    for (const callback of callbacks ?? []) callback();
  }

  cancel(): void {
    this.#end();
  }

  write(chunk: Chunk): void {
    this.#send(chunk.sse);
  }

  ready(): boolean {
    return !this.#closed && (this.#controller.desiredSize ?? 0) > 0;
  }

  whenReady(callback: () => void): void {
    if (this.#closed) return queueMicrotask(callback);
    (this.#waiting ??= []).push(callback);
    this.#rest?.();
    this.#rest = null;
  }

  /**
   * HTTP gathers what waits for a connection in one buffer, which stays as large as it ever was. So a replay lets the socket
   * have its turn after each chunk, which halves what a stream holds after 500 lines (bench/figures/idle.ts). Who
   * is live or fell behind does not wait: there fewer and larger writes count.
   */
  flushed({ sse }: Chunk): Promise<void> | undefined {
    if (sse.length > HTTP_BUFFER) return afterIo();
  }

  keepAlive(): void {
    // A stream that is not being read needs no more to read.
    if (this.ready()) this.#send(KEEP_ALIVE);
  }

  close(farewell: Farewell): void {
    if (this.#closed) return;
    if (farewell.type === "reconnect") {
      const { reason, afterMs } = farewell;
      const data = JSON.stringify({ type: "reconnect", payload: { reason, afterMs } });
      this.#send(
        encoder.encode(`retry: ${Math.max(afterMs, 1)}\nevent: reconnect\ndata: ${data}\n\n`),
      );
    }
    // What was enqueued before still reaches the client (S1).
    this.#controller.close();
    this.#end();
  }

  #send(bytes: Uint8Array): void {
    if (!this.#closed) this.#controller.enqueue(bytes);
  }

  #end(): void {
    this.#closed = true;
    this.#owner.gone();
    this.#tellWaiting();
  }
}
