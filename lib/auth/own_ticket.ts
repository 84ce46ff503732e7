/**
 * Tickets as we make them, recognised at once. WebCrypto hands every signature to a thread and back, which takes ten times
 * as long as the signature, and half of all the time that a viewer costs who comes; after a restart all come together.
 */
import { Buffer } from "node:buffer";
import { TICKET_LIFE, TicketClaims } from "../protocol/ticket.ts";
import { prepareHmac } from "./hmac.ts";

/** What `issueTicket` writes first. */
export const TICKET_HEADER = { alg: "HS256", typ: "JWT" } as const;
const HEADER = Buffer.from(JSON.stringify(TICKET_HEADER)).toString("base64url");
const CLAIMS = Object.keys(TicketClaims.shape).length;

/**
 * The claims of a ticket that we made and that has not expired; null for anything else, right or wrong: that `verifyTicket`
 * has judged by jose, which knows what is wrong with it.
 *
 * @param now milliseconds since 1970
 * @param skew seconds by which the clocks of two isolates may differ
 */
export function readOwnTicket(
  ticket: string,
  secret: string,
  now: number,
  skew: number,
): TicketClaims | null {
  const [header, payload, signature, rest] = ticket.split(".");
  if (header !== HEADER || signature === undefined || rest !== undefined) return null;
  if (!isSame(signature, signer(secret)(`${header}.${payload}`))) return null;
  const claims = claimsIn(payload);
  return claims !== null && isCurrent(claims, Math.floor(now / 1000), skew) ? claims : null;
}

/** Of the secret that was used last: a server has one. */
let prepared: { readonly secret: string; readonly sign: (text: string) => string } | null = null;

function signer(secret: string): (text: string) => string {
  if (prepared?.secret !== secret) prepared = { secret, sign: prepareHmac(secret) };
  return prepared.sign;
}

/** In a time that does not tell where they differ (S12). */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** Ours and no other. */
function claimsIn(payload: string): TicketClaims | null {
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(payload, "base64url").toString());
  } catch {
    return null;
  }
  const claims = TicketClaims.safeParse(found);
  return claims.success && Object.keys(found as object).length === CLAIMS ? claims.data : null;
}

/** As jose has it, in seconds since 1970. */
function isCurrent({ iat, exp }: TicketClaims, now: number, skew: number): boolean {
  const age = now - iat;
  return exp > now - skew && age >= -skew && age <= TICKET_LIFE + skew;
}
