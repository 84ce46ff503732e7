/** What every answer of the dashboard has in common, whichever way it is made. */
import { HttpError } from "fresh";
import { withCors } from "../../lib/http/cors.ts";
import { problemResponse } from "../../lib/http/problem.ts";
import { requestLine } from "../../lib/http/request_log.ts";
import { StorageUnavailable } from "../../lib/kv/commit.ts";
import { logError } from "../../lib/log.ts";

/** Makes the answer; what goes wrong meanwhile becomes a problem for programs, and a line of the log tells of it. */
export type CompleteAnswer = (
  req: Request,
  pathname: string,
  answer: () => Promise<Response>,
) => Promise<Response>;

/** @param allowedOrigins may read the answers of the endpoints that pages of other origins may use (A5) */
export function createCompleteAnswer(
  { allowedOrigins }: { readonly allowedOrigins: readonly string[] },
): CompleteAnswer {
  return async (req, pathname, answer) => {
    const startedAt = Date.now();
    const programs = isForPrograms(pathname);
    // Read now: after an upgrade to WebSocket the request's headers throw.
    const origin = req.headers.get("origin");
    let res: Response;
    try {
      res = await answer();
    } catch (error) {
      if (!programs) throw error;
      res = problemOf(error);
    }
    // An upgrade is out of our hands: whatever throws after it would end the process.
    if (res.status === 101) return res;
    if (programs) res = asProblem(res);
    // A5: also on what was refused before the endpoint itself was reached.
    if (isShared(pathname)) res = withCors(res, origin, allowedOrigins);
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) res.headers.set(name, value);
    if (!isQuiet(pathname)) {
      const { method, url } = req;
      console.log(requestLine({ method, url, status: res.status, startedAt, now: Date.now() }));
    }
    return res;
  };
}

/** X16: of whatever is answered. */
export const SAFETY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
} as const;

export const isForPrograms = (path: string): boolean => /^\/(?:api|webhooks)(?:\/|$)/.test(path);
/** The endpoints that pages of other origins may use. */
const isShared = (path: string) => /^\/api\/apps\/[^/]+\/(?:events|ticket)\/?$/.test(path);
/** Asked for so often that a line each would hide the others. */
const isQuiet = (path: string) =>
  /^\/(?:_fresh\/|_frsh\/|healthz$|readyz$|api\/apps\/[^/]+\/status$)/.test(path);

function problemOf(error: unknown): Response {
  if (error instanceof HttpError && error.status === 404) return problemResponse("not_found");
  if (error instanceof HttpError && error.status === 405) return problemResponse("method_not_allowed");
  logError("request-failed", error);
  return problemResponse(error instanceof StorageUnavailable ? "storage_unavailable" : "internal_error");
}

/** B8: programs get a problem where people would get a page. */
function asProblem(res: Response): Response {
  const isPage = res.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (res.status === 404 && isPage) return problemResponse("not_found");
  if (res.status === 405) return problemResponse("method_not_allowed");
  return res;
}
