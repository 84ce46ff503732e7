/** A5 on preview hosts: the dashboard and the listed origins may read what is there; an app's own word comes first. */
import { corsHeaders, preflight } from "../http/cors.ts";
import type { HeaderMap } from "./headers.ts";
import { listOf } from "./http1/fields.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

export interface Cors {
  /**
   * Adds the headers to any answer that is the proxy's own to change, and so not to a switch to WebSocket. Where the app names
   * an origin itself, only `Vary` is added.
   */
  readonly add: (response: Response) => Response;
  /** The 204 where this is a preflight from an allowed origin, or null. */
  readonly preflight: () => Response | null;
}

export function corsOf(req: Request, headers: HeaderMap, allowed: readonly string[]): Cors {
  const origin = headers.get("origin") ?? null;
  const added = corsHeaders(origin, allowed);
  const isAllowed = "access-control-allow-origin" in added;
  const asks = req.method === "OPTIONS" && headers.has("access-control-request-method");
  return {
    add(response) {
      if (response.status === 101) return response;
      const named = response.headers.has("access-control-allow-origin");
      for (const name in added) {
        if (name === "vary") varyByOrigin(response.headers);
        else if (!named) response.headers.set(name, added[name]);
      }
      return response;
    },
    preflight: () => asks && isAllowed ? preflight(req, allowed, METHODS) : null,
  };
}

function varyByOrigin(headers: Headers): void {
  const names = listOf(headers.get("vary"));
  if (!names.includes("origin") && !names.includes("*")) headers.append("vary", "Origin");
}
