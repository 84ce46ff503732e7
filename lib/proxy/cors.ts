/** A5 on preview hosts: the dashboard and the listed origins may read what is there; an app's own word comes first. */
import { corsHeaders, preflight, withCors } from "../http/cors.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

export interface Cors {
  /** Adds the headers to any answer. Where the app names an origin itself, only `Vary` is added. */
  readonly add: (response: Response) => Response;
  /** The 204 where this is a preflight from an allowed origin, or null. */
  readonly preflight: () => Response | null;
}

/** Looks at the request once: after a switch to WebSocket its headers cannot be read any more. */
export function corsOf(req: Request, allowed: readonly string[]): Cors {
  const origin = req.headers.get("origin");
  const isAllowed = "access-control-allow-origin" in corsHeaders(origin, allowed);
  const asks = req.method === "OPTIONS" && req.headers.has("access-control-request-method");
  return {
    add: (response) =>
      withCors(response, response.headers.has("access-control-allow-origin") ? null : origin, allowed),
    preflight: () => asks && isAllowed ? preflight(req, allowed, METHODS) : null,
  };
}
