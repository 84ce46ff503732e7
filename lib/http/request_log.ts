/** One line per request, JSON, without anything that opens a door (A4). No header but the host is ever looked at. */
import { urlParts } from "./url.ts";

export interface LoggedRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: number;
  /** The problem's code, where there was one. */
  readonly code?: string;
}

export function requestLine(request: LoggedRequest): string {
  const { host, path, query } = urlParts(request.url);
  return JSON.stringify({
    time: new Date(request.now).toISOString(),
    level: "info",
    event: "request",
    method: request.method,
    host,
    path: redactedPath(path, query),
    status: request.status,
    ms: Math.round(request.now - request.startedAt),
    code: request.code,
  });
}

const SECRET_PARAMETERS = new Set(["ticket", "token", "access_token", "secret", "password", "key"]);
/** A JWT or an API token, wherever it may have been pasted. */
const LOOKS_SECRET = /eyJ[\w-]*\.[\w-]*(?:\.[\w-]*)?|wl_[\w-]{8,}/g;
const PATH_LENGTH = 2000;

/** Path and query of an address, fit for a log: `/sign-in?token=[redacted]`. */
function redactedPath(path: string, query: string): string {
  const shown = query === "" ? path : `${path}?${redactedQuery(query)}`;
  return shown.replace(LOOKS_SECRET, "[redacted]").slice(0, PATH_LENGTH);
}

function redactedQuery(query: string): string {
  return [...new URLSearchParams(query)].map(([name, value]) =>
    SECRET_PARAMETERS.has(name.toLowerCase())
      ? `${encodeURIComponent(name)}=[redacted]`
      : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  ).join("&");
}
