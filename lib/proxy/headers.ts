/** Which headers pass the proxy, in both directions: pure. */
import { hostOnly, withoutCookieClearing, withoutSession } from "./cookies.ts";

/** RFC 9110, 7.6.1: these speak about one connection, not about the message. */
const HOP_BY_HOP = [
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What a client says of its own way here is not believed. `expect` was answered by this server already. */
const CLIENT_CLAIMS = /^(?:forwarded|x-forwarded-.*|x-real-ip|expect|host|content-length|accept-encoding)$/;

/** What the WebSocket client writes itself. */
const HANDSHAKE = /^(?:sec-websocket-.*|user-agent)$/;

export interface Visitor {
  /** The visitor's address, null where there is none (a Unix socket). */
  readonly address: string | null;
  /** `https://shop.previews.example` */
  readonly previewOrigin: string;
}

/**
 * The headers of a visitor's request, as the app gets them.
 *
 * `Host` becomes the app's own `127.0.0.1:port`, because dev servers refuse names that they do not know; the public name is in
 * `X-Forwarded-Host`. The body is asked for as it is (`identity`): decoding and encoding again on the way over loopback
 * costs time and wins nothing, and what is encoded nevertheless passes through untouched.
 */
export function requestHeaders(from: Headers, visitor: Visitor): Headers {
  const headers = withoutHops(from, CLIENT_CLAIMS);
  const cookie = headers.get("cookie");
  if (cookie !== null) replace(headers, "cookie", withoutSession(cookie));
  const origin = new URL(visitor.previewOrigin);
  headers.set("accept-encoding", "identity");
  headers.set("x-forwarded-host", origin.host);
  headers.set("x-forwarded-proto", origin.protocol.slice(0, -1));
  if (visitor.address !== null) headers.set("x-forwarded-for", visitor.address);
  return headers;
}

/**
 * The same for a WebSocket handshake. An `Origin` that is the preview's own becomes the app's own: development servers
 * compare it with `Host`. Any other is passed on as it is, and judging it is the app's matter.
 */
export function handshakeHeaders(from: Headers, visitor: Visitor, upstream: string): Headers {
  const headers = requestHeaders(from, visitor);
  for (const name of [...headers.keys()]) if (HANDSHAKE.test(name)) headers.delete(name);
  headers.delete("accept-encoding");
  if (headers.get("origin") === visitor.previewOrigin) headers.set("origin", new URL(upstream).origin);
  return headers;
}

/** The headers of the app's answer, as the visitor gets them. */
export function responseHeaders(from: Headers, upstream: string, previewOrigin: string): Headers {
  const headers = withoutHops(from);
  const cookies = headers.getSetCookie();
  headers.delete("set-cookie");
  for (const cookie of cookies) headers.append("set-cookie", hostOnly(cookie));
  const clearing = headers.get("clear-site-data");
  if (clearing !== null) replace(headers, "clear-site-data", withoutCookieClearing(clearing));
  const location = headers.get("location");
  if (location !== null) headers.set("location", publicLocation(location, upstream, previewOrigin));
  return headers;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"];

/** An app that builds redirects from `Host` names itself by its own address, where no visitor can follow. */
export function publicLocation(location: string, upstream: string, previewOrigin: string): string {
  if (!/^(?:https?:)?\/\//i.test(location) || !URL.canParse(location, upstream)) return location;
  const target = new URL(location, upstream);
  const own = new URL(upstream);
  const isOwn = target.host === own.host ||
    (target.port === own.port && LOOPBACK.includes(target.hostname) && LOOPBACK.includes(own.hostname));
  return isOwn ? previewOrigin + target.pathname + target.search + target.hash : location;
}

function withoutHops(from: Headers, also?: RegExp): Headers {
  const named = from.get("connection")?.toLowerCase().split(",").map((name) => name.trim()) ?? [];
  const headers = new Headers();
  for (const [name, value] of from) {
    if (HOP_BY_HOP.includes(name) || named.includes(name) || also?.test(name)) continue;
    headers.append(name, value);
  }
  return headers;
}

function replace(headers: Headers, name: string, value: string | null): void {
  if (value === null) headers.delete(name);
  else headers.set(name, value);
}
