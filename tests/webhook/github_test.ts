import { assert, assertEquals } from "@std/assert";
import { github } from "../../lib/webhook/github.ts";
import { bytesOf, githubPush, githubSends, NEW, NONE, OLD, SECRET, sign } from "./sent.ts";

const parse = (change: Record<string, unknown> = {}, headers: Record<string, string> = {}) => {
  const sent = githubSends(githubPush(change), headers);
  return github.parse(sent.headers, sent.rawBody);
};

Deno.test("X9 GitHub's push is understood: branch, commits, message, author, repository", () => {
  assertEquals(parse(), {
    ok: true,
    pushes: [{
      repository: "octo/shop",
      branch: "main",
      before: OLD,
      after: NEW,
      message: "Add a cart\n\nWith wheels.",
      author: "Ada",
      skip: false,
    }],
  });
});

Deno.test("X9 branch names keep their slashes, new branches have no before, deleted ones no after", () => {
  const push = (change: Record<string, unknown>) => {
    const parsed = parse(change);
    assert(parsed.ok && "pushes" in parsed);
    return parsed.pushes[0];
  };
  assertEquals(push({ ref: "refs/heads/fix/cart" }).branch, "fix/cart");
  assertEquals(push({ before: NONE }).before, null);
  assertEquals(push({ after: NONE, deleted: true, head_commit: null }).after, null);
  assertEquals(push({ after: "b".repeat(64), before: "0".repeat(64) }).after, "b".repeat(64));
  assertEquals(push({ head_commit: null }).author, "ada-pushes");
  assertEquals(push({ head_commit: { id: NEW, message: "Typo [Skip Preview]" } }).skip, true);
});

Deno.test("X9 what is no push to a branch is ignored, with the reason", () => {
  assertEquals(parse({}, { "x-github-event": "ping" }), { ok: true, ignored: "ping" });
  assertEquals(parse({}, { "x-github-event": "issues" }), { ok: true, ignored: "event is not a push" });
  assertEquals(parse({ ref: "refs/tags/v1" }), { ok: true, ignored: "ref is not a branch" });
  assertEquals(parse({ ref: "refs/heads/" }), { ok: true, ignored: "ref is not a branch" });
});

Deno.test("X9 a push of the wrong shape is refused and its fields are named", () => {
  for (
    const change of [{ after: "bbbb" }, { after: undefined }, { before: 5 }, { ref: null }, {
      repository: null,
    }]
  ) {
    const parsed = parse(change);
    assert(!parsed.ok && parsed.code === "invalid_payload", JSON.stringify(change));
    assert(parsed.detail?.includes(Object.keys(change)[0]));
  }
  const sent = githubSends("{");
  assertEquals(github.parse(sent.headers, sent.rawBody), { ok: false, code: "invalid_json" });
});

Deno.test("X9 GitHub may send the payload as a form: the signature is over the form, the push is in it", async () => {
  const rawBody = bytesOf(new URLSearchParams({ payload: JSON.stringify(githubPush()) }).toString());
  const headers = new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "x-github-event": "push",
    "x-hub-signature-256": sign(rawBody),
  });
  assertEquals(await github.verify(headers, rawBody, SECRET), true);
  assertEquals(github.parse(headers, rawBody), parse());
  assertEquals(github.parse(headers, bytesOf("other=1")), { ok: false, code: "invalid_json" });
});

Deno.test("X9 a very long message is cut, so that a delivery fits into the store", () => {
  const parsed = parse({
    head_commit: { id: NEW, message: "x".repeat(100_000), author: { name: "y".repeat(100_000) } },
  });
  assert(parsed.ok && "pushes" in parsed);
  assert(JSON.stringify(parsed.pushes[0]).length < 5000);
});
