/** One-time sign-in links (A26): the token travels in an address once, the store keeps its SHA-256. */
import * as z from "zod";
import { UserId } from "../protocol/ids.ts";
import { refuse, type Result } from "../http/problem.ts";
import { randomToken, sha256Hex } from "./secrets.ts";
import { type NewSession, newSession } from "./sessions.ts";

/** milliseconds */
export const SIGN_IN_LINK_LIFE = 24 * 60 * 60 * 1000;

/** `until` is milliseconds since 1970. */
export const SignInLink = z.object({ user: UserId, until: z.number() });
export type SignInLink = z.infer<typeof SignInLink>;

/** Where sign-in links are kept. */
export interface SignInLinkStore {
  putSignInLink(hash: string, link: SignInLink): Promise<void>;
  /** May return one whose time is over. */
  findSignInLink(hash: string): Promise<SignInLink | null>;
  /** Removes the link and stores the session, both or neither; false when the link was gone already. */
  exchangeSignInLink(hash: string, session: NewSession): Promise<boolean>;
}

/** @returns the token for `/sign-in?token=`; it works once, within 24 hours */
export async function createSignInLink(store: SignInLinkStore, user: UserId, now: number): Promise<string> {
  const token = randomToken();
  await store.putSignInLink(await sha256Hex(token), { user, until: now + SIGN_IN_LINK_LIFE });
  return token;
}

/** Takes the link and signs its user in; of two who come at once, one gets `invalid_sign_in_link`. */
export async function redeemSignInLink(
  store: SignInLinkStore,
  token: string,
  now: number,
): Promise<Result<NewSession>> {
  const hash = await sha256Hex(token);
  const link = await store.findSignInLink(hash);
  if (!link || link.until <= now) return refuse("invalid_sign_in_link");
  const session = await newSession(link.user, now);
  return await store.exchangeSignInLink(hash, session)
    ? { ok: true, value: session }
    : refuse("invalid_sign_in_link");
}
