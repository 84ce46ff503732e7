/** GitHub: `X-Hub-Signature-256`, `X-GitHub-Delivery`, `X-GitHub-Event`. */
import * as z from "zod";
import { parsePayload } from "./payload.ts";
import type { Provider } from "./provider.ts";
import { branchOf, pushFacts, SentCommit } from "./push.ts";
import { hasSha256Signature } from "./signature.ts";

const PushPayload = z.object({
  ref: z.string(),
  before: SentCommit,
  after: SentCommit,
  deleted: z.boolean().optional(),
  repository: z.object({ full_name: z.string() }),
  head_commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().nullish() }).nullish(),
  }).nullish(),
  pusher: z.object({ name: z.string().nullish() }).nullish(),
});

export const github: Provider = {
  name: "github",

  verify: (headers, body, secret) => hasSha256Signature(headers.get("x-hub-signature-256"), body, secret),

  deliveryId: (headers) => headers.get("x-github-delivery"),

  parse(headers, body) {
    const event = headers.get("x-github-event");
    if (event === "ping") return { ok: true, ignored: "ping" };
    if (event !== "push") return { ok: true, ignored: "event is not a push" };
    const payload = parsePayload(jsonOf(headers, body), PushPayload);
    if (!payload.ok) return payload;
    const { ref, before, after, deleted, repository, head_commit, pusher } = payload.value;
    const branch = branchOf(ref);
    if (branch === null) return { ok: true, ignored: "ref is not a branch" };
    const push = pushFacts({
      repository: repository.full_name,
      branch,
      before,
      after: deleted ? null : after,
      message: head_commit?.message ?? null,
      author: head_commit?.author?.name ?? pusher?.name ?? null,
    });
    return { ok: true, pushes: [push] };
  },
};

/** A form is what GitHub's settings page offers first: the JSON is its field `payload` then. The signature covers the form. */
function jsonOf(headers: Headers, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const type = headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return body;
  const form = new URLSearchParams(new TextDecoder().decode(body));
  return new TextEncoder().encode(form.get("payload") ?? "");
}
