/** Signatures of the form `sha256=<64 hex digits>`: an HMAC over the body as it came. */
import { constantTimeEqual, hmacSha256Hex } from "../auth/secrets.ts";

const PREFIX = "sha256=";

/**
 * Whether `header` signs `body` under `secret`. An empty secret signs nothing: anybody could.
 * The comparison costs the same whatever the header holds, so nobody learns a signature digit by digit (S12).
 */
export async function hasSha256Signature(
  header: string | null,
  body: Uint8Array<ArrayBuffer>,
  secret: string,
): Promise<boolean> {
  if (secret === "" || header === null || !header.startsWith(PREFIX)) return false;
  return await constantTimeEqual(
    header.slice(PREFIX.length).toLowerCase(),
    await hmacSha256Hex(secret, body),
  );
}
