/** Every refusal that a client can meet: its code, its status, its close code, and a sentence for people. */
import * as z from "zod";

/**
 * | code | HTTP status | what a person reads |
 * A WebSocket cannot show a status: there the socket opens and closes with 4000 + status and the code as reason.
 */
export const PROBLEMS = {
  missing_ticket: [401, "This stream needs a ticket. Ask for one with POST /api/apps/ID/ticket."],
  invalid_ticket: [401, "This ticket is not valid. Ask for a new one."],
  ticket_app_mismatch: [403, "This ticket is for another app."],
  origin_not_allowed: [403, "This origin may not connect. The operator lists origins in ALLOWED_ORIGINS."],
  cross_site_request: [403, "Changes are accepted from Wakelight's own pages or with an API token only."],
  not_signed_in: [401, "Sign in first, or send an API token."],
  invalid_sign_in_link: [
    401,
    "This sign-in link was used or has expired. The server prints a new one when it starts.",
  ],
  unknown_app: [404, "There is no such app, or it is not yours."],
  unknown_deploy: [404, "There is no such deploy."],
  unknown_user: [404, "There is no such user."],
  not_allowed: [403, "Only the person who runs this server may do that."],
  unknown_owner: [404, "There is no such owner, or you are not a member."],
  not_found: [404, "There is nothing here."],
  method_not_allowed: [405, "This address does not answer to that method."],
  app_exists: [409, "An app with that id exists already. Choose another name."],
  nothing_to_build: [409, "No commit is known yet. Push one first."],
  body_too_large: [413, "The request body is over 1 MiB."],
  invalid_json: [400, "The request body is not valid JSON."],
  invalid_input: [422, "The request does not have the right shape."],
  invalid_cursor: [400, "This cursor was not made by Wakelight. Connect without one."],
  invalid_signature: [401, "The signature does not match the body. Check the webhook secret."],
  invalid_payload: [422, "This is no push that Wakelight understands."],
  repository_not_found: [422, "The repository cannot be read. Check its address and access."],
  branch_not_found: [422, "The repository has no such branch."],
  commit_gone: [422, "The repository no longer has that commit."],
  too_many_streams: [429, "Too many open streams. Close one, or try again later."],
  internal_error: [500, "Something went wrong on the server. Its log has the details."],
  storage_unavailable: [503, "The store cannot be written just now. Try again in a moment."],
  preview_asleep: [503, "This preview is not running. Open it in a browser to wake it."],
  preview_unreachable: [
    502,
    "The app does not answer. It may be restarting; its log in Wakelight says more.",
  ],
  restarting: [503, "The server is restarting. Try again in a moment."],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457, with the code that programs look at. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export const statusOf = (code: ProblemCode): number => PROBLEMS[code][0];

/** The WebSocket close code for a refusal: 4401 for 401, and so on (A2). */
export const closeCodeOf = (code: ProblemCode): number => 4000 + PROBLEMS[code][0];

export function problem(code: ProblemCode, detail?: string): Problem {
  const [status, title] = PROBLEMS[code];
  return { type: "about:blank", title, status, code, ...(detail === undefined ? {} : { detail }) };
}
