/** Somebody who is signed in: as a program that uses the API, and as a browser. */
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import type { Server } from "./server.ts";

export interface Session {
  /** @throws with the answer's text where it is a refusal */
  get<T>(path: string): Promise<T>;
  /** Whatever the answer is; its body has to be read. */
  send(method: string, path: string, body?: unknown): Promise<Response>;
  /** A browser profile of its own that carries the session. */
  context(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext>;
}

export type Requests = Pick<Session, "get" | "send">;

/** Uses up the link that the server printed. The session outlives restarts. */
export async function signIn(server: Server): Promise<Session> {
  const cookie = await signInCookie(server);
  const [name, value] = cookie.split("=");
  return {
    ...requestsWith(server, cookie),
    async context(browser, options) {
      const context = await browser.newContext(options);
      await context.addCookies([{
        name,
        value,
        domain: "localhost",
        path: "/",
        httpOnly: true,
        sameSite: "Lax",
      }]);
      return context;
    },
  };
}

/** Uses up the link. @returns the session's cookie, `name=value` */
export async function signInCookie(server: Server): Promise<string> {
  const answer = await fetch(server.signInLink, { redirect: "manual" });
  await answer.body?.cancel();
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!cookie) throw new Error(`Cannot sign in: ${answer.status}`);
  return cookie;
}

/** Requests to that server in the name of a session, which another server on the same store may have begun. */
export function requestsWith(server: Server, cookie: string): Requests {
  // What a browser would say of a page's own request; without it a change is refused (X16).
  const send = (method: string, path: string, body?: unknown) =>
    fetch(server.url + path, {
      method,
      headers: {
        cookie,
        origin: server.url,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  return {
    send,
    async get<T>(path: string) {
      const response = await send("GET", path);
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
      return await response.json() as T;
    },
  };
}
