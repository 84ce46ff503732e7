/** What a request shows of itself, as far as that can be told without the store. */
import { apiTokenIn } from "./bearer.ts";
import { digestHex } from "./secrets.ts";
import { sessionCookieValues } from "./session_cookie.ts";

/** An API token or a session, by the hash under which the store has it. Nobody has said yet that it is good. */
export interface Shown {
  readonly via: "token" | "session";
  readonly hash: string;
}

/** The headers in which it does, as they came. */
export interface Showing {
  readonly authorization: string | null;
  readonly cookie: string | null;
}

/**
 * Null where there is nothing, or more than one thing to choose from: then `identify` decides. Where there is an
 * `Authorization`, nothing else is looked at.
 */
export function shownBy({ authorization, cookie }: Showing, secure: boolean): Shown | null {
  if (authorization !== null) {
    const token = apiTokenIn(authorization);
    return token === null ? null : { via: "token", hash: digestHex(token) };
  }
  const [value, another] = sessionCookieValues(cookie, secure);
  return value === undefined || another !== undefined ? null : { via: "session", hash: digestHex(value) };
}
