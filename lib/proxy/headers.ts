/** Which headers pass the proxy, in both directions: pure. */
import { hostOnly, withoutCookieClearing, withoutSession } from "./cookies.ts";
import type { PreviewSite } from "./host.ts";
import { type Field, listOf, valueOf } from "./http1/fields.ts";

/** RFC 9110, 7.6.1: these speak about one connection, not about the message. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
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
]);

/** What a client says of its own way here is not believed. `expect` was answered by this server already. */
const CLIENT_CLAIMS = /^(?:forwarded|x-forwarded-.*|x-real-ip|expect|host|content-length|accept-encoding)$/;

/** What the WebSocket client writes itself. */
const HANDSHAKE = /^(?:sec-websocket-.*|user-agent|accept-encoding)$/;

export interface Visitor {
  /** The visitor's address, null where there is none (a Unix socket). */
  readonly address: string | null;
  readonly preview: PreviewSite;
}

/** A request's headers by their names in lower case; of a name that came more than once, the values joined. */
export type HeaderMap = ReadonlyMap<string, string>;

/** Read once, and by `forEach`: its iterator takes ten times as long, and asking for each name by itself adds up, too. */
export function headerMap(headers: Headers): HeaderMap {
  const map = new Map<string, string>();
  headers.forEach((value, name) => map.set(name, value));
  return map;
}

/**
 * The headers of a visitor's request, as the app gets them.
 *
 * `Host` becomes the app's own `127.0.0.1:port`, because dev servers refuse names that they do not know; the public name is in
 * `X-Forwarded-Host`. The body is asked for as it is (`identity`): decoding and encoding again on the way over loopback
 * costs time and wins nothing, and what is encoded nevertheless passes through untouched.
 */
export function requestFields(from: HeaderMap, visitor: Visitor): Field[] {
  const named = listOf(from.get("connection") ?? null);
  const fields: Field[] = [];
  for (const field of from) {
    const [name, value] = field;
    if (isHop(name, named) || CLIENT_CLAIMS.test(name)) continue;
    if (name !== "cookie") fields.push(field);
    else pushUnlessNull(fields, name, withoutSession(value));
  }
  fields.push(
    ["accept-encoding", "identity"],
    ["x-forwarded-host", visitor.preview.host],
    ["x-forwarded-proto", visitor.preview.scheme],
  );
  pushUnlessNull(fields, "x-forwarded-for", visitor.address);
  return fields;
}

/**
 * The same for a WebSocket handshake. An `Origin` that is the preview's own becomes the app's own: development servers
 * compare it with `Host`. Any other is passed on as it is, and judging it is the app's matter.
 */
export function handshakeHeaders(from: HeaderMap, visitor: Visitor, upstream: string): Headers {
  const headers = new Headers();
  for (const [name, value] of requestFields(from, visitor)) {
    if (!HANDSHAKE.test(name)) headers.append(name, value);
  }
  if (headers.get("origin") === visitor.preview.origin) headers.set("origin", new URL(upstream).origin);
  return headers;
}

/** The headers of the app's answer, as the visitor gets them. */
export function answerFields(from: readonly Field[], upstream: string, previewOrigin: string): Field[] {
  const named = listOf(valueOf(from, "connection"));
  const fields: Field[] = [];
  for (const field of from) {
    const [name, value] = field;
    if (isHop(name, named)) continue;
    if (name === "set-cookie") fields.push([name, hostOnly(value)]);
    else if (name === "clear-site-data") pushUnlessNull(fields, name, withoutCookieClearing(value));
    else if (name === "location") fields.push([name, publicLocation(value, upstream, previewOrigin)]);
    else fields.push(field);
  }
  return fields;
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

const isHop = (name: string, named: readonly string[]): boolean =>
  HOP_BY_HOP.has(name) || (named.length > 0 && named.includes(name));

function pushUnlessNull(fields: Field[], name: string, value: string | null): void {
  if (value !== null) fields.push([name, value]);
}
