/** What a request shows of itself, as far as that can be told without the store. */
import { apiTokenFrom } from "./bearer.ts";
import { digestHex } from "./secrets.ts";
import { sessionCookieValues } from "./session_cookie.ts";

/** An API token or a session, by the hash under which the store has it. Nobody has said yet that it is good. */
export interface Shown {
  readonly via: "token" | "session";
  readonly hash: string;
}

/** Null where there is nothing, or more than one thing to choose from: then `identify` decides. */
export function shownBy(req: Pick<Request, "headers" | "url">, secure: boolean): Shown | null {
  const token = apiTokenFrom(req);
  if (token !== null) return { via: "token", hash: digestHex(token) };
  const [value, another] = sessionCookieValues(req.headers.get("cookie"), secure);
  return value === undefined || another !== undefined ? null : { via: "session", hash: digestHex(value) };
}
