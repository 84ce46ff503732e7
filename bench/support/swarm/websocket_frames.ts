/** The client's half of RFC 6455, as far as an audience needs it: frames of a server that sends text, pings and a close. */
import type { Decoder, Pieces } from "./http_chunks.ts";

export interface Frames extends Pieces {
  /** To be sent back. */
  pong(payload: Uint8Array): void;
  closed(code: number, reason: string): void;
}

const CONTINUATION = 0, TEXT = 1, CLOSE = 8, PING = 9;

export function createFrames(to: Frames): Decoder {
  const head = new Uint8Array(10);
  let headLength = 0;
  let opcode = 0;
  /** Bytes of the payload that are still to come; -1 while the head is read. */
  let rest = -1;
  let first = false;
  let control: number[] = [];

  function begin(length: number): void {
    opcode = head[0] & 15;
    if ((head[0] & 0x80) === 0 || opcode === CONTINUATION) throw new Error("A frame in several parts");
    headLength = 0;
    rest = length;
    first = true;
    control = [];
  }

  function finish(): void {
    rest = -1;
    if (opcode === PING) to.pong(new Uint8Array(control));
    if (opcode === CLOSE) {
      to.closed(control[0] * 256 + control[1], String.fromCharCode(...control.slice(2)));
    }
  }

  return {
    feed(bytes, length) {
      for (let at = 0; at < length;) {
        if (rest < 0) {
          head[headLength++] = bytes[at++];
          const payload = payloadLength(head, headLength);
          if (payload < 0) continue;
          begin(payload);
          if (rest === 0) finish();
          continue;
        }
        const end = Math.min(at + rest, length);
        rest -= end - at;
        if (opcode === TEXT) to.piece(bytes.subarray(at, end), first, rest === 0);
        else control.push(...bytes.subarray(at, end));
        first = false;
        at = end;
        if (rest === 0) finish();
      }
    },
  };
}

/** Bytes of the payload, or -1 where the head goes on. */
function payloadLength(head: Uint8Array, known: number): number {
  if (known < 2) return -1;
  const short = head[1] & 127;
  if (short < 126) return short;
  const needed = short === 126 ? 4 : 10;
  if (known < needed) return -1;
  let length = 0;
  for (let i = 2; i < needed; i++) length = length * 256 + head[i];
  return length;
}

/** One frame from a client; the mask is zero, which leaves the payload as it is. */
export function clientFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(6 + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | payload.length;
  frame.set(payload, 6);
  return frame;
}

export const PONG = 10;
