/** Text with one character per byte, as heads have it: nothing is lost on the way there and back, whatever the bytes mean. */
import { Buffer } from "node:buffer";

/** Not `TextDecoder`: what it calls latin1 is windows-1252, which turns some bytes into characters that no header takes. */
export const fromLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

const encoder = new TextEncoder();

/** @returns how many bytes were written, which is how many characters there are */
export function writeLatin1(text: string, into: Uint8Array, at = 0): number {
  const { length } = text;
  // As many bytes as characters means ASCII, which nearly all heads are; that way is several times as fast.
  const { read, written } = encoder.encodeInto(text, at === 0 ? into : into.subarray(at));
  if (read !== length || written !== length) {
    for (let i = 0; i < length; i++) into[at + i] = text.charCodeAt(i);
  }
  return length;
}
