import { STATUS_CODES } from "node:http";
import { HttpError } from "../shared/http_error.ts";

/** The plain answer for an error that no page of the app took. */
export function errorResponse(error: unknown): Response {
  if (!(error instanceof HttpError)) {
    console.error(error);
    return new Response("Internal server error", { status: 500 });
  }
  if (error.status >= 500) console.error(error);
  return new Response(error.message || STATUS_CODES[error.status], { status: error.status });
}

/** The same head without a body. The body is not cancelled, as Fresh does not: give streams a HEAD of their own. */
export function withoutBody(response: Response): Response {
  return new Response(null, response);
}
