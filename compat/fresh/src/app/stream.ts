export type StreamSource =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | (() => Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>);

/** A body that is pulled from `source` one chunk at a time; a reader who leaves ends the iterator. */
export function bodyFrom(source: StreamSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterable = typeof source === "function" ? source() : source;
  const iterator = Symbol.asyncIterator in iterable
    ? iterable[Symbol.asyncIterator]()
    : iterable[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else {controller.enqueue(
          typeof value === "string" ? encoder.encode(value) : value as Uint8Array<ArrayBuffer>,
        );}
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
