/** The body of an HTTP/1.1 answer: takes what was read from the connection, hands on what is in the chunks. */

/** Pieces of one chunk, in order; `first` and `last` say where it begins and ends. They lie in the reader's buffer. */
export interface Pieces {
  piece(bytes: Uint8Array, first: boolean, last: boolean): void;
  /** The other side said that this was all. */
  ended(): void;
}

export interface Decoder {
  /** Takes the first `length` bytes, and may change them; all that it hands on is used before it returns. */
  feed(bytes: Uint8Array, length: number): void;
}

/** Without `Transfer-Encoding: chunked` the whole body is one chunk without an end. */
export function createPlainBody(to: Pieces): Decoder {
  return { feed: (bytes, length) => to.piece(bytes.subarray(0, length), false, false) };
}

const LF = 10, CR = 13, SEMICOLON = 59;

export function createChunkedBody(to: Pieces): Decoder {
  /** Bytes of the chunk that are still to come; -1 while its size is read. */
  let rest = -1;
  let size = 0;
  let extension = false;
  /** Bytes of the line break after a chunk that are still to come. */
  let lineBreak = 0;
  let first = false;
  return {
    feed(bytes, length) {
      for (let at = 0; at < length;) {
        if (rest > 0) {
          const end = Math.min(at + rest, length);
          rest -= end - at;
          to.piece(bytes.subarray(at, end), first, rest === 0);
          first = false;
          if (rest === 0) {
            rest = -1;
            lineBreak = 2;
          }
          at = end;
          continue;
        }
        const code = bytes[at++];
        if (lineBreak > 0) {
          lineBreak--;
        } else if (code === LF) {
          if (size === 0) return to.ended();
          rest = size;
          size = 0;
          extension = false;
          first = true;
        } else if (code === SEMICOLON) {
          extension = true;
        } else if (code !== CR && !extension) {
          size = size * 16 + hex(code);
        }
      }
    },
  };
}

const hex = (code: number) => code <= 57 ? code - 48 : (code | 32) - 87;
