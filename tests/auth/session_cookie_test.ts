import { assert, assertEquals } from "@std/assert";
import {
  endedSessionCookie,
  sessionCookie,
  sessionCookieName,
  sessionCookieValues,
} from "../../lib/auth/session_cookie.ts";
import { randomToken } from "../../lib/auth/secrets.ts";

Deno.test("X16 the session's cookie is host-only, out of reach of scripts, and not sent by other sites' forms", () => {
  const value = randomToken();
  assertEquals(
    sessionCookie(value, false),
    `wakelight_session=${value}; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000`,
  );
  assert(!/domain/i.test(sessionCookie(value, true)));
});

Deno.test("X16 over https the cookie's name keeps subdomains from planting one", () => {
  const cookie = sessionCookie("v", true);
  assert(cookie.startsWith("__Host-wakelight_session=v;"));
  assert(cookie.endsWith("; Secure") && cookie.includes("; Path=/;"));
  assertEquals(sessionCookieValues(`wakelight_session=${randomToken()}`, true), []);
});

Deno.test("A26 signing out takes the cookie away", () => {
  assert(endedSessionCookie(false).startsWith("wakelight_session=; "));
  assert(endedSessionCookie(true).includes("Max-Age=0"));
});

Deno.test("A26 the session's value is found among other cookies, and nothing that is none", () => {
  const value = randomToken();
  const name = sessionCookieName(false);
  assertEquals(sessionCookieValues(`a=b; ${name}=${value}; c=d`, false), [value]);
  assertEquals(
    sessionCookieValues(`x${name}=${value}; ${name}x=${value}; ${name}=short; ${name}=`, false),
    [],
  );
  assertEquals(sessionCookieValues(null, false), []);
  assertEquals(sessionCookieValues(`${name}=${value};${name}=${value}`, false), [value]);
  const planted = Array.from({ length: 50 }, () => `${name}=${randomToken()}`).join("; ");
  assertEquals(sessionCookieValues(planted, false).length, 4);
});
