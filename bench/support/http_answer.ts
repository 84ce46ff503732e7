/** Reads the answers that come one after the other on a kept HTTP/1.1 connection. Pure: no sockets, no time. */
import { Buffer } from "node:buffer";
import { createChunkedBody, type Decoder } from "./swarm/http_chunks.ts";

export interface Answers {
  /** The head of the next answer: its status, and bytes of the body that it announces, or null where it comes in chunks. */
  head(status: number, length: number | null): void;
  /** The next bytes of the body. They lie in the reader's buffer. */
  body(bytes: Uint8Array): void;
  /** The answer is complete. */
  ended(): void;
}

const LF = 10, CR = 13;
const HEAD_END = "\r\n\r\n";
/** More is no head that any server here writes. */
const MAX_HEAD = 65_536;

/** For answers with a body of known length or in chunks, to requests that never were HEAD. @throws where it is neither */
export function createAnswerReader(to: Answers): Decoder {
  /** The beginning of a head that has not come whole. */
  let held: Uint8Array | null = null;
  /** Bytes of a plain body that are still to come; null while a head is awaited, or chunks are read. */
  let rest: number | null = null;
  let chunks: Decoder | null = null;

  function end(): void {
    rest = null;
    chunks = null;
    to.ended();
  }

  /** @returns where the head ends, or -1 */
  function readHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END, 0, "latin1");
    if (end === -1) {
      if (bytes.length > MAX_HEAD) throw new Error("A head without an end");
      return -1;
    }
    const head = bytes.toString("latin1", 0, end).toLowerCase();
    const status = Number(head.slice(9, 12));
    const known = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    if (known !== undefined) rest = Number(known);
    else if (/\r\ntransfer-encoding: *chunked/.test(head)) {
      chunks = createChunkedBody({ piece: to.body, ended: () => chunks = null });
    } else throw new Error(`An answer of unknown length: ${head}`);
    to.head(status, rest);
    return end + HEAD_END.length;
  }

  return {
    feed(bytes, length) {
      let at = 0;
      if (held !== null) {
        const joined = new Uint8Array(held.length + length);
        joined.set(held);
        joined.set(bytes.subarray(0, length), held.length);
        held = null;
        bytes = joined;
        length = joined.length;
      }
      while (at < length || rest === 0) {
        if (chunks !== null) {
          // Requests are sent one at a time, so nothing of another answer is behind the last chunk.
          chunks.feed(bytes.subarray(at, length), length - at);
          if (chunks === null) end();
          return;
        }
        if (rest === null) {
          // The line break behind the last chunk may come after it.
          if (bytes[at] === CR || bytes[at] === LF) {
            at++;
            continue;
          }
          const head = Buffer.from(bytes.buffer, bytes.byteOffset + at, length - at);
          const size = readHead(head);
          if (size === -1) {
            held = head.slice();
            return;
          }
          at += size;
          continue;
        }
        const part = Math.min(rest, length - at);
        if (part > 0) to.body(bytes.subarray(at, at + part));
        rest -= part;
        at += part;
        if (rest === 0) end();
      }
    },
  };
}
