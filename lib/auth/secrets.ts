/** Random values, digests and comparisons. */
import { createHash } from "node:crypto";

const utf8 = new TextEncoder();

const bytesOf = (data: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  typeof data === "string" ? utf8.encode(data) : data;

/** base64url of `bytes` random bytes; 32 cannot be guessed. */
export function randomToken(bytes = 32): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** 64 hex digits. What is stored in place of a random token: whoever reads the store cannot sign in with it. */
export const sha256Hex = (data: string | Uint8Array<ArrayBuffer>): Promise<string> =>
  Promise.resolve(digestHex(data));

/** The same at once: WebCrypto would take a turn of the event loop, and each request asks for one. */
export const digestHex = (data: string | Uint8Array<ArrayBuffer>): string =>
  createHash("sha256").update(data).digest("hex");

/** 64 hex digits. */
export async function hmacSha256Hex(
  secret: string | Uint8Array<ArrayBuffer>,
  data: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  return (await hmac(bytesOf(secret), bytesOf(data))).toHex();
}

/**
 * Whether two values are equal, in a time that tells neither where they differ nor how long the expected one is (S12).
 * Both are hashed under a key of the moment first, so 32 bytes are compared whatever came in.
 */
export async function constantTimeEqual(
  a: string | Uint8Array<ArrayBuffer>,
  b: string | Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const [x, y] = await Promise.all([hmac(key, bytesOf(a)), hmac(key, bytesOf(b))]);
  let difference = 0;
  for (let i = 0; i < x.length; i++) difference |= x[i] ^ y[i];
  return difference === 0;
}

async function hmac(key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  // WebCrypto refuses an empty key; HMAC pads with zeros, so one zero byte is the same key.
  const raw = key.byteLength === 0 ? new Uint8Array(1) : key;
  const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}
