/** Deliveries as a Git host sends them, signed with node's crypto and not with ours. */
import { createHmac } from "node:crypto";
import { AppId, CommitId } from "../../lib/protocol/ids.ts";

export const SECRET = "webhook-secret";
/** 2026-01-01, in milliseconds: the tests' present. */
export const NOW = 1_767_225_600_000;
export const OLD = CommitId.parse("a".repeat(40));
export const NEW = CommitId.parse("b".repeat(40));
export const NONE = "0".repeat(40);
export const app = { id: AppId.parse("shop"), branch: "main", webhookSecret: SECRET };

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export const sign = (body: Uint8Array | string, secret = SECRET): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

export interface Sent {
  readonly headers: Headers;
  readonly rawBody: Uint8Array<ArrayBuffer>;
}

export function githubSends(payload: unknown, headers: Record<string, string> = {}): Sent {
  const rawBody = bytesOf(typeof payload === "string" ? payload : JSON.stringify(payload));
  return {
    rawBody,
    headers: new Headers({
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-hub-signature-256": sign(rawBody),
      ...headers,
    }),
  };
}

export function genericSends(payload: unknown, headers: Record<string, string> = {}): Sent {
  const rawBody = bytesOf(JSON.stringify(payload));
  return { rawBody, headers: new Headers({ "x-wakelight-signature": sign(rawBody), ...headers }) };
}

/** The fields of GitHub's payload that matter, and some that do not. */
export const githubPush = (change: Record<string, unknown> = {}) => ({
  ref: "refs/heads/main",
  before: OLD,
  after: NEW,
  created: false,
  deleted: false,
  forced: false,
  compare: "https://github.com/octo/shop/compare/aaa...bbb",
  commits: [{ id: NEW, message: "Add a cart", added: ["cart.ts"] }],
  head_commit: {
    id: NEW,
    message: "Add a cart\n\nWith wheels.",
    author: { name: "Ada", email: "ada@example.org", username: "ada" },
  },
  repository: { id: 1, full_name: "octo/shop", private: true, clone_url: "https://github.com/octo/shop.git" },
  pusher: { name: "ada-pushes", email: "ada@example.org" },
  sender: { login: "ada" },
  ...change,
});
