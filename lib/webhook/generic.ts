/**
 * Anything that can sign and send JSON, a CI job or a post-receive hook:
 * `{"branch": "main", "after": COMMIT, "before"?, "message"?, "author"?}`, or `"ref": "refs/heads/main"` for the branch,
 * with `X-Wakelight-Signature: sha256=HEX` (HMAC-SHA256 of the body under the app's webhook secret) and, so that a repeated
 * delivery is known, `X-Wakelight-Delivery`. Without the latter equal bodies count as one delivery for seven days.
 */
import * as z from "zod";
import { BranchName } from "../protocol/api.ts";
import { refuse } from "../http/problem.ts";
import { parsePayload } from "./payload.ts";
import type { Provider } from "./provider.ts";
import { branchOf, pushFacts, SentCommit } from "./push.ts";
import { hasSha256Signature } from "./signature.ts";

const PushPayload = z.object({
  branch: BranchName.optional(),
  ref: z.string().optional(),
  before: SentCommit.nullish(),
  after: SentCommit,
  repository: z.string().nullish(),
  message: z.string().nullish(),
  author: z.string().nullish(),
});

export const generic: Provider = {
  name: "generic",

  verify: (headers, body, secret) => hasSha256Signature(headers.get("x-wakelight-signature"), body, secret),

  deliveryId: (headers) => headers.get("x-wakelight-delivery"),

  parse(_headers, body) {
    const payload = parsePayload(body, PushPayload);
    if (!payload.ok) return payload;
    const { ref, before, after, repository, message, author } = payload.value;
    if (payload.value.branch === undefined && ref === undefined) {
      return refuse("invalid_payload", "branch: is missing");
    }
    const branch = payload.value.branch ?? branchOf(ref ?? "");
    if (branch === null) return { ok: true, ignored: "ref is not a branch" };
    const push = pushFacts({
      repository: repository ?? null,
      branch,
      before: before ?? null,
      after,
      message: message ?? null,
      author: author ?? null,
    });
    return { ok: true, pushes: [push] };
  },
};
