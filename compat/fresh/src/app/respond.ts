import process from "node:process";
import { HttpError } from "../shared/http_error.ts";

/** The plain answer for an error that no page of the app took. */
export function errorResponse(error: unknown): Response {
  if (!(error instanceof HttpError)) {
    console.error(error);
    return new Response("Internal server error", { status: 500 });
  }
  if (error.status >= 500) console.error(error);
  return new Response(error.message || nameOf(error.status), { status: error.status });
}

/** Loaded when it is first asked for: few starts ever need it, and it brings most of Node's networking with it. */
const nameOf = (status: number) => process.getBuiltinModule("node:http").STATUS_CODES[status];

/** The same head without a body. The body is not cancelled, as Fresh does not: give streams a HEAD of their own. */
export function withoutBody(response: Response): Response {
  return new Response(null, response);
}
