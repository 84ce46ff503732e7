/** Passes an HTTP request on to a running app, and its answer back, as streams both ways. */
import { admitDashboard, allowsOwnScript } from "./csp.ts";
import { BRIDGE_TAG } from "./bridge.ts";
import { answerFields, type HeaderMap, requestFields, type Visitor } from "./headers.ts";
import type { Answer } from "./http1/answer.ts";
import type { AppClient, Asked } from "./http1/client.ts";
import { type Field, valueOf } from "./http1/fields.ts";
import type { AppRequest } from "./http1/request.ts";
import { injectTag } from "./inject.ts";
import type { LeaveWatch } from "./leaving.ts";
import { wantsHtml } from "./visit.ts";

export interface HttpTarget extends Visitor {
  /** `http://127.0.0.1:40123` */
  readonly upstream: string;
  /** The dashboard's origin. */
  readonly dashboard: string;
}

export interface HttpForwarding {
  readonly client: AppClient;
  readonly leaving: LeaveWatch;
}

/** Bytes up to which a body of announced length is read first, to go out in one write with its head. */
const SMALL_BODY = 64 * 1024;

/** Statuses that come without a body, whatever the stream says. */
const BODILESS = [204, 205, 304];

/**
 * Null where the app cannot be reached, or does not speak HTTP. Redirects are passed on, not followed. There is no timeout,
 * because a development server may compile for minutes before its first byte; when the visitor goes away, the app's request
 * is ended too.
 * @param url of the request
 * @param headers of the request
 */
export async function forwardHttp(
  req: Request,
  url: URL,
  headers: HeaderMap,
  target: HttpTarget,
  { client, leaving }: HttpForwarding,
): Promise<Response | null> {
  const { upstream, preview } = target;
  const body = req.body === null ? null : await bodyOf(req, req.body, headers);
  if (body === "gone") return nobodyThere();
  const { asked, cancel } = client.ask({
    upstream,
    method: req.method,
    target: url.pathname + url.search,
    fields: requestFields(headers, target),
    body,
  });
  const unwatch = leaving.watch(req, cancel);
  let result: Asked;
  try {
    result = await asked;
  } finally {
    unwatch();
  }
  if (!result.ok) return result.code === "cancelled" ? nobodyThere() : null;
  const { status, fields: sent } = result.answer;
  const fields = answerFields(sent, upstream, preview.origin);
  let passed = result.answer.body;
  if (passed !== null && BODILESS.includes(status)) {
    if (passed instanceof ReadableStream) await passed.cancel();
    passed = null;
  }
  const bridged = passed !== null && takesBridge(req.method, headers, status, fields, preview.origin);
  const response = new Response(bridged ? withBridge(passed!) : passed, { status });
  // One by one: `Headers` in the options are read by their iterator, which takes longer than all of the rest here.
  for (const [name, value] of fields) {
    if (!bridged || !DIGESTS.includes(name)) response.headers.append(name, value);
  }
  if (fields.some(([name]) => FRAMING.includes(name))) admitDashboard(response.headers, target.dashboard);
  return response;
}

/** 499 is what access logs call a visitor who went away; nobody receives it. */
const nobodyThere = () => new Response(null, { status: 499 });

/** They say who may frame a page. */
const FRAMING = ["content-security-policy", "x-frame-options"];

/** They describe the bytes as the app wrote them. */
const DIGESTS = ["content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"];

/** "gone" where the visitor left within it. */
async function bodyOf(
  req: Request,
  stream: ReadableStream<Uint8Array>,
  headers: HeaderMap,
): Promise<AppRequest["body"] | "gone"> {
  const told = headers.get("content-length");
  const length = told === undefined ? null : Number(told);
  if (length === null || length > SMALL_BODY) return { stream, length };
  return await req.bytes().catch(() => "gone" as const);
}

function withBridge(body: NonNullable<Answer["body"]>): ReadableStream<Uint8Array> {
  const stream = body instanceof ReadableStream ? body : ReadableStream.from([body]);
  return stream.pipeThrough(injectTag(BRIDGE_TAG));
}

/** True for a page in a frame or a tab, where the app's own policy allows the script (A25). */
function takesBridge(
  method: string,
  headers: HeaderMap,
  status: number,
  fields: readonly Field[],
  previewOrigin: string,
): boolean {
  if (method !== "GET" || status === 206) return false;
  const destination = headers.get("sec-fetch-dest");
  const isPage = destination === undefined
    ? wantsHtml(headers.get("accept") ?? null)
    : destination === "iframe" || destination === "document";
  if (!isPage) return false;
  const type = valueOf(fields, "content-type") ?? "";
  return /^\s*text\/html\b/i.test(type) && !/charset\s*=\s*"?utf-?(?:16|32)/i.test(type) &&
    valueOf(fields, "content-encoding") === null &&
    allowsOwnScript(valueOf(fields, "content-security-policy"), previewOrigin);
}
