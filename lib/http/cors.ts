/** Which other origins may read our answers (A5), decided from two values and nothing else. */

/** The dashboard's own origin and those of `ALLOWED_ORIGINS`. `null` is what every sandboxed frame calls itself: never allowed. */
export function originsAllowed(publicUrl: string, listed: readonly string[]): readonly string[] {
  return [new URL(publicUrl).origin, ...listed].filter((origin) => origin !== "null");
}

export const isAllowedOrigin = (origin: string | null, allowed: readonly string[]): boolean =>
  origin !== null && allowed.includes(origin);

/** A WebSocket is not held back by CORS, so its handshake is: without an `Origin` it comes from no page and is let in. */
export const mayConnect = (origin: string | null, allowed: readonly string[]): boolean =>
  origin === null || isAllowedOrigin(origin, allowed);

/**
 * Headers for any answer, errors included. `Vary` stands there for other origins too: a cache that kept their answer
 * would else hand it, without permission, to an allowed one.
 */
export function corsHeaders(origin: string | null, allowed: readonly string[]): Record<string, string> {
  if (origin === null || !isAllowedOrigin(origin, allowed)) return { "vary": "Origin" };
  return {
    "vary": "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "Retry-After",
  };
}

/** The 204 for a preflight. An origin that is not allowed gets one as well, without permission in it. */
export function preflight(req: Request, allowed: readonly string[], methods: readonly string[]): Response {
  const origin = req.headers.get("origin");
  const headers = new Headers(corsHeaders(origin, allowed));
  if (isAllowedOrigin(origin, allowed)) {
    headers.set("access-control-allow-methods", methods.join(", "));
    headers.set("access-control-allow-headers", "Authorization, Content-Type, Last-Event-ID");
    headers.set("access-control-max-age", "600");
  }
  return new Response(null, { status: 204, headers });
}

/** The answer with CORS headers. A switch to WebSocket (101) is returned as it is: the standard lets nobody make another. */
export function withCors(response: Response, origin: string | null, allowed: readonly string[]): Response {
  if (response.status === 101 || hasCors(response, origin, allowed)) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(corsHeaders(origin, allowed))) {
    if (name !== "vary") headers.set(name, value);
    else if (!variesByOrigin(headers)) headers.append("vary", value);
  }
  // Headers of a fetched answer cannot be changed in place.
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** True where whoever made the answer has said all of it: another one would be made for nothing. */
function hasCors({ headers }: Response, origin: string | null, allowed: readonly string[]): boolean {
  if (!variesByOrigin(headers)) return false;
  const { vary: _, ...rest } = corsHeaders(origin, allowed);
  return Object.entries(rest).every(([name, value]) => headers.get(name) === value);
}

function variesByOrigin(headers: Headers): boolean {
  const names = headers.get("vary")?.toLowerCase().split(",").map((name) => name.trim()) ?? [];
  return names.includes("origin") || names.includes("*");
}
