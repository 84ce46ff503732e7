/** HMAC with SHA-256 (RFC 2104), prepared: half of its work depends on the key alone, and is done once. */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";

/** Bytes that SHA-256 takes at once. */
const BLOCK = 64;

/** @returns the signature of a text by that secret, in base64url */
export function prepareHmac(secret: string): (text: string) => string {
  const bytes = Buffer.from(secret);
  const key = bytes.length > BLOCK ? createHash("sha256").update(bytes).digest() : bytes;
  const padded = new Uint8Array(BLOCK);
  padded.set(key);
  const begin = (pad: number): Hash => createHash("sha256").update(padded.map((byte) => byte ^ pad));
  const inner = begin(0x36);
  const outer = begin(0x5c);
  return (text) => outer.copy().update(inner.copy().update(text).digest()).digest("base64url");
}
