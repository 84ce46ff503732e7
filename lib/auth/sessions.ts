/** Signed-in browsers. The cookie holds a random value; the store holds its SHA-256. */
import * as z from "zod";
import { UserId } from "../protocol/ids.ts";
import { randomToken, sha256Hex } from "./secrets.ts";

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds without a visit after which a session ends. */
export const SESSION_LIFE = 30 * DAY;
/** A visit extends the session when this much of its life is gone: a write a day, not one a request. */
const EXTEND_AFTER = DAY;

/** Times are milliseconds since 1970. */
export const Session = z.object({ user: UserId, createdAt: z.number(), until: z.number() });
export type Session = z.infer<typeof Session>;

/** Where sessions are kept, by the hash of their cookie's value. */
export interface SessionStore {
  putSession(hash: string, session: Session): Promise<void>;
  /** May return one whose time is over. */
  findSession(hash: string): Promise<Session | null>;
  /** Moves the end of a session that still exists: one that was ended meanwhile must not come back. */
  extendSession(hash: string, until: number): Promise<boolean>;
  endSession(hash: string): Promise<void>;
}

export interface NewSession {
  /** For the cookie; shown once and kept nowhere. */
  readonly value: string;
  readonly hash: string;
  readonly session: Session;
}

/** A session that is not stored yet. */
export async function newSession(user: UserId, now: number): Promise<NewSession> {
  const value = randomToken();
  return {
    value,
    hash: await sha256Hex(value),
    session: { user, createdAt: now, until: now + SESSION_LIFE },
  };
}

export async function createSession(store: SessionStore, user: UserId, now: number): Promise<NewSession> {
  const made = await newSession(user, now);
  await store.putSession(made.hash, made.session);
  return made;
}

export interface FoundSession {
  readonly hash: string;
  readonly session: Session;
  /** The session lives longer now, so the browser should be told as well. */
  readonly extended: boolean;
}

/** True where a visit leaves the session as it is. */
export const isSettledSession = ({ until }: Session, now: number): boolean =>
  until > now && now + SESSION_LIFE - until < EXTEND_AFTER;

/** The session of a cookie's value, or null. A visit moves its end to 30 days from now. */
export async function findSession(
  store: SessionStore,
  value: string,
  now: number,
): Promise<FoundSession | null> {
  const hash = await sha256Hex(value);
  const session = await store.findSession(hash);
  if (!session || session.until <= now) return null;
  if (isSettledSession(session, now)) return { hash, session, extended: false };
  const until = now + SESSION_LIFE;
  if (!await store.extendSession(hash, until)) return null;
  return { hash, session: { ...session, until }, extended: true };
}

/** Signs the browser out. Ending what is not there is no error. */
export async function endSession(store: SessionStore, value: string): Promise<void> {
  await store.endSession(await sha256Hex(value));
}
