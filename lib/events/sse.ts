/** Server-Sent Events: a sink on a byte stream. */
import type { Chunk } from "./chunk.ts";
import { type Farewell, HIGH_WATER, type Sink } from "./viewer.ts";

/** What a client waits before it comes back, if nobody says otherwise; the client adds its own jitter. */
const RETRY_MS = 1_000;

const encoder = new TextEncoder();
const KEEP_ALIVE = encoder.encode(": still here\n\n");

/** Proxies must neither keep, change nor gather what is on its way (A11). */
export const SSE_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** @param onGone called once, when the client has closed the stream */
export function createSseSink(onGone: () => void): { sink: Sink; body: ReadableStream<Uint8Array> } {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let closed = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  const body = new ReadableStream<Uint8Array>({
    start(c) {
      controller = c;
      c.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
    },
    pull: wake,
    cancel() {
      closed = true;
      onGone();
      wake();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }));

  const send = (bytes: Uint8Array) => {
    if (!closed) controller.enqueue(bytes);
  };
  const sink: Sink = {
    write: (chunk: Chunk) => send(chunk.sse),
    ready: () => !closed && (controller.desiredSize ?? 0) > 0,
    whenReady(callback) {
      if (closed) queueMicrotask(callback);
      else waiting.push(callback);
    },
    keepAlive() {
      // A stream that is not being read needs no more to read.
      if (sink.ready()) send(KEEP_ALIVE);
    },
    close(farewell: Farewell) {
      if (closed) return;
      if (farewell.type === "reconnect") {
        const { reason, afterMs } = farewell;
        const data = JSON.stringify({ type: "reconnect", payload: { reason, afterMs } });
        send(encoder.encode(`retry: ${Math.max(afterMs, 1)}\nevent: reconnect\ndata: ${data}\n\n`));
      }
      closed = true;
      // What was enqueued before still reaches the client (S1).
      controller.close();
      onGone();
      wake();
    },
  };
  return { sink, body };
}
