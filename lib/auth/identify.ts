/** Who sends a request. */
import { type ApiTokenStore, findApiToken } from "./api_tokens.ts";
import { apiTokenFrom } from "./bearer.ts";
import { sessionCookie, sessionCookieValues } from "./session_cookie.ts";
import { findSession, type SessionStore } from "./sessions.ts";
import type { User, UserStore } from "./users.ts";

export interface Identity {
  readonly user: User;
  readonly via: "session" | "token";
  /** SHA-256 of the cookie's value or of the token; says nothing to anybody, and finds it again in the store. */
  readonly credential: string;
  /** For the answer's `Set-Cookie`: the session was extended. */
  readonly setCookie?: string;
}

export type IdentityStore = Pick<UserStore, "findUser"> & SessionStore & ApiTokenStore;

/** `secure` is whether people open Wakelight by https; it decides the cookie's name. */
export async function identify(
  req: Pick<Request, "headers" | "url">,
  store: IdentityStore,
  { now, secure }: { readonly now: number; readonly secure: boolean },
): Promise<Identity | null> {
  const token = apiTokenFrom(req);
  // A request with a token is judged by it alone: a wrong one must not pass on the strength of a cookie.
  if (token !== null) return await byToken(token, store, now);
  return await bySession(sessionCookieValues(req.headers.get("cookie"), secure), store, now, secure);
}

async function byToken(token: string, store: IdentityStore, now: number): Promise<Identity | null> {
  const found = await findApiToken(store, token, now);
  const user = found && await store.findUser(found.user);
  return user ? { user, via: "token", credential: found.hash } : null;
}

/** Nobody, when cookies of two users came: acting for the one that a preview planted would be worse than signing in again. */
async function bySession(
  values: readonly string[],
  store: IdentityStore,
  now: number,
  secure: boolean,
): Promise<Identity | null> {
  let identity: Identity | null = null;
  for (const value of values) {
    const found = await findSession(store, value, now);
    const user = found && await store.findUser(found.session.user);
    if (!user) continue;
    if (identity && identity.user.id !== user.id) return null;
    identity = {
      user,
      via: "session",
      credential: found.hash,
      ...(found.extended ? { setCookie: sessionCookie(value, secure) } : {}),
    };
  }
  return identity;
}
