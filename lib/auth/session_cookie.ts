/** The session's cookie: for this host alone, out of reach of scripts, not sent along by other sites' forms (X16). */
import { SESSION_LIFE } from "./sessions.ts";

/**
 * Over https the name starts with `__Host-`: the browser then takes it from this host only, so a preview on a subdomain
 * cannot plant one. `secure` is whether people open Wakelight by https.
 */
export const sessionCookieName = (secure: boolean): string =>
  secure ? "__Host-wakelight_session" : "wakelight_session";

/** Value of `Set-Cookie`. No `Domain`: with one, every preview would be sent it. */
export const sessionCookie = (value: string, secure: boolean): string =>
  build(value, secure, Math.floor(SESSION_LIFE / 1000));

/** Value of `Set-Cookie` that removes it. */
export const endedSessionCookie = (secure: boolean): string => build("", secure, 0);

function build(value: string, secure: boolean, maxAge: number): string {
  const cookie = `${sessionCookieName(secure)}=${value}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${maxAge}`;
  return secure ? `${cookie}; Secure` : cookie;
}

const VALUES_TRIED = 4;
const VALUE = /^[\w-]{43}$/;

/**
 * The values under the session's name in a `Cookie` header, four at most. More than one is no accident: over plain http a
 * preview can plant a second cookie for the parent domain, and the browser does not say which is whose.
 */
export function sessionCookieValues(header: string | null, secure: boolean): string[] {
  const name = `${sessionCookieName(secure)}=`;
  const values = (header ?? "").split(";").map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(name)).map((pair) => pair.slice(name.length));
  return [...new Set(values)].filter((value) => VALUE.test(value)).slice(0, VALUES_TRIED);
}
