/** Passes an HTTP request on to a running app, and its answer back, as streams both ways. */
import { admitDashboard, allowsOwnScript } from "./csp.ts";
import { BRIDGE_TAG } from "./bridge.ts";
import { requestHeaders, responseHeaders, type Visitor } from "./headers.ts";
import { injectTag } from "./inject.ts";
import { wantsHtml } from "./visit.ts";

export interface HttpTarget extends Visitor {
  /** `http://127.0.0.1:40123` */
  readonly upstream: string;
  /** The dashboard's origin. */
  readonly dashboard: string;
}

/** Bytes up to which a body of announced length is read first: see `bodyOf`. */
const SMALL_BODY = 1024 * 1024;

/** Statuses that come without a body, whatever the stream says. */
const BODILESS = [204, 205, 304];

/**
 * Null where the app cannot be reached. Redirects are passed on, not followed. There is no timeout, because a development
 * server may compile for minutes before its first byte; when the visitor goes away, the app's request is ended too.
 */
export async function forwardHttp(req: Request, target: HttpTarget): Promise<Response | null> {
  const url = new URL(req.url);
  let answer: Response;
  try {
    const body = await bodyOf(req);
    const init = {
      method: req.method,
      headers: requestHeaders(req.headers, target),
      body,
      redirect: "manual" as const,
      signal: req.signal,
    };
    const address = target.upstream + url.pathname + url.search;
    answer = await fetch(address, init).catch((error) => {
      // The app may close a kept connection in the very moment in which it is used again: once more then, on a new one.
      if (body !== null || req.signal.aborted || !isSafe(req.method)) throw error;
      return fetch(address, init);
    });
  } catch {
    // 499 is what access logs call a visitor who went away; nobody receives it.
    return req.signal.aborted ? new Response(null, { status: 499 }) : null;
  }
  if (answer.status < 200 || answer.status > 599) {
    await answer.body?.cancel();
    return null;
  }
  const headers = responseHeaders(answer.headers, target.upstream, target.previewOrigin);
  const bridged = answer.body !== null && takesBridge(req, answer.status, headers, target.previewOrigin);
  admitDashboard(headers, target.dashboard);
  if (bridged) { for (const name of DIGESTS) headers.delete(name); }
  const body = bridged ? answer.body!.pipeThrough(injectTag(BRIDGE_TAG)) : answer.body;
  if (BODILESS.includes(answer.status) || req.method === "HEAD") {
    await answer.body?.cancel();
    return new Response(null, { status: answer.status, statusText: answer.statusText, headers });
  }
  return new Response(body, { status: answer.status, statusText: answer.statusText, headers });
}

/** They describe the bytes as the app wrote them. */
const DIGESTS = ["content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"];

const isSafe = (method: string): boolean => method === "GET" || method === "HEAD" || method === "OPTIONS";

/**
 * A streamed body goes out in chunks of unknown total length, and some development servers (Django's, for one) take that for
 * an empty body. So a body that is small and says so is read first, and keeps its Content-Length.
 */
function bodyOf(
  req: Request,
): Promise<Uint8Array<ArrayBuffer>> | ReadableStream<Uint8Array<ArrayBuffer>> | null {
  if (req.body === null) return null;
  const length = req.headers.get("content-length");
  return length !== null && Number(length) <= SMALL_BODY ? req.bytes() : req.body;
}

/** True for a page in a frame or a tab, where the app's own policy allows the script (A25). */
function takesBridge(req: Request, status: number, headers: Headers, previewOrigin: string): boolean {
  if (req.method !== "GET" || status === 206) return false;
  const destination = req.headers.get("sec-fetch-dest");
  const isPage = destination === null
    ? wantsHtml(req.headers.get("accept"))
    : destination === "iframe" || destination === "document";
  const type = headers.get("content-type") ?? "";
  return isPage && /^\s*text\/html\b/i.test(type) && !/charset\s*=\s*"?utf-?(?:16|32)/i.test(type) &&
    !headers.has("content-encoding") &&
    allowsOwnScript(headers.get("content-security-policy"), previewOrigin);
}
