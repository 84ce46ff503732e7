/** Tickets open one event stream of one app for one user, once (A2 to A4, X7). */
import { errors, jwtVerify, SignJWT } from "jose";
import type { AppId, UserId } from "../protocol/ids.ts";
import { TICKET_AUDIENCE, TICKET_ISSUER, TICKET_LIFE, TicketClaims } from "../protocol/ticket.ts";
import { granted, refuse, type Result } from "../http/problem.ts";
import { logError } from "../log.ts";
import type { Credential } from "./entitlement.ts";
import { readOwnTicket, TICKET_HEADER } from "./own_ticket.ts";
import { randomToken } from "./secrets.ts";

/** seconds by which the clocks of two isolates may differ */
const CLOCK_SKEW = 5;

export interface IssuedTicket {
  readonly ticket: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TicketRequest {
  readonly user: UserId;
  readonly app: AppId;
  /** What the user asked with: the ticket is good for no longer than that (X7). */
  readonly credential: Credential;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Refuses with `internal_error`, and writes a log line, without a secret. */
export async function issueTicket(
  secret: string | undefined,
  { user, app, credential, now }: TicketRequest,
): Promise<Result<IssuedTicket>> {
  if (!secret) return withoutSecret();
  const iat = Math.floor(now / 1000);
  const ticket = await new SignJWT({ app })
    .setProtectedHeader(TICKET_HEADER)
    .setIssuer(TICKET_ISSUER).setAudience(TICKET_AUDIENCE).setSubject(user)
    .setJti(`${randomToken(16)}.${credential.via}.${credential.credential}`)
    .setIssuedAt(iat).setExpirationTime(iat + TICKET_LIFE)
    .sign(await signingKey(secret));
  return granted({ ticket, expiresAt: (iat + TICKET_LIFE) * 1000 });
}

const JTI = /^[\w-]{8,}\.(session|token)\.([0-9a-f]{64})$/;

/** What the ticket's user had asked with: its id says it, because the claims are a fixed list (A3). Null: none of ours. */
export function credentialOf({ jti }: Pick<TicketClaims, "jti">): Credential | null {
  const [, via, credential] = JTI.exec(jti) ?? [];
  return via === undefined ? null : { via: via as Credential["via"], credential };
}

export interface TicketCheck {
  readonly secret: string | undefined;
  /** The app whose stream is asked for. */
  readonly app: AppId;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The claims of a ticket that we made, for this app, not longer ago than it lives. It may have been used before: see
 * `useTicket`.
 *
 * | what is wrong | code | detail |
 * |---|---|---|
 * | signed by another key | invalid_ticket | wrong signature |
 * | too old | invalid_ticket | expired |
 * | no JWT, another algorithm (`none` too), other claims than ours | invalid_ticket | malformed |
 * | made for another app | ticket_app_mismatch | |
 * | the server has no secret | internal_error | |
 */
export async function verifyTicket(
  ticket: string,
  { secret, app, now }: TicketCheck,
): Promise<Result<TicketClaims>> {
  if (!secret) return withoutSecret();
  const own = readOwnTicket(ticket, secret, now, CLOCK_SKEW);
  if (own !== null) return grantedFor(app, own);
  let payload: unknown;
  try {
    ({ payload } = await jwtVerify(ticket, await signingKey(secret), {
      algorithms: [TICKET_HEADER.alg],
      issuer: TICKET_ISSUER,
      audience: TICKET_AUDIENCE,
      currentDate: new Date(now),
      clockTolerance: CLOCK_SKEW,
      // Also refuses what says it was made in the future.
      maxTokenAge: TICKET_LIFE,
    }));
  } catch (error) {
    if (error instanceof errors.JOSEError) return refuse("invalid_ticket", detailOf(error));
    throw error;
  }
  const claims = TicketClaims.safeParse(payload);
  return claims.success ? grantedFor(app, claims.data) : refuse("invalid_ticket", "malformed");
}

function grantedFor(app: AppId, claims: TicketClaims): Result<TicketClaims> {
  if (credentialOf(claims) === null) return refuse("invalid_ticket", "malformed");
  return claims.app === app ? granted(claims) : refuse("ticket_app_mismatch");
}

function detailOf(error: errors.JOSEError): "expired" | "wrong signature" | "malformed" {
  if (error instanceof errors.JWTExpired) return "expired";
  return error instanceof errors.JWSSignatureVerificationFailed ? "wrong signature" : "malformed";
}

/** What makes a ticket this one and no other. */
export type UsedTicket = Pick<TicketClaims, "jti" | "exp">;

/** Where used tickets are remembered. */
export interface TicketStore {
  /** True for the first who uses this ticket, in whichever isolate; remembered for `forMs` milliseconds. */
  useTicket(ticket: UsedTicket, forMs: number): Promise<boolean>;
}

/** A used ticket is remembered for a while longer than any clock could still take it for valid. */
const REMEMBER_AFTER_EXPIRY = 60_000;

/** Takes the ticket: of two who bring the same one, one is refused with `invalid_ticket`, "already used". */
export async function useTicket(
  store: TicketStore,
  ticket: UsedTicket,
  now: number,
): Promise<Result<null>> {
  const first = await store.useTicket(ticket, ticket.exp * 1000 - now + REMEMBER_AFTER_EXPIRY);
  return first ? granted(null) : refuse("invalid_ticket", "already used");
}

/** Imported once: that takes as long as to verify a ticket. */
const signingKeys = new Map<string, Promise<CryptoKey>>();

function signingKey(secret: string): Promise<CryptoKey> {
  let key = signingKeys.get(secret);
  if (!key) {
    const bytes = new TextEncoder().encode(secret);
    key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    signingKeys.set(secret, key);
  }
  return key;
}

function withoutSecret(): Result<never> {
  logError("tickets-unavailable", "TICKET_SECRET is not set");
  return refuse("internal_error");
}
