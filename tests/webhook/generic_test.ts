import { assert, assertEquals } from "@std/assert";
import { generic } from "../../lib/webhook/generic.ts";
import { genericSends, NEW, OLD, SECRET } from "./sent.ts";

const parse = (payload: unknown) => {
  const sent = genericSends(payload);
  return generic.parse(sent.headers, sent.rawBody);
};

Deno.test("X9 anybody who can sign JSON can push", async () => {
  const sent = genericSends({ branch: "main", after: NEW, more: 1 }, { "x-wakelight-delivery": "ci-17" });
  assertEquals(await generic.verify(sent.headers, sent.rawBody, SECRET), true);
  assertEquals(await generic.verify(sent.headers, sent.rawBody, "other"), false);
  assertEquals(generic.deliveryId(sent.headers), "ci-17");
  assertEquals(parse({ branch: "main", after: NEW, more: 1 }), {
    ok: true,
    pushes: [{
      repository: null,
      branch: "main",
      before: null,
      after: NEW,
      message: null,
      author: null,
      skip: false,
    }],
  });
});

Deno.test("X9 a hook script may send its ref as it is", () => {
  const full = {
    ref: "refs/heads/fix/cart",
    before: OLD,
    after: NEW.toUpperCase(),
    message: "[skip preview] m",
    author: "Ada",
  };
  assertEquals(parse(full), {
    ok: true,
    pushes: [{
      repository: null,
      branch: "fix/cart",
      before: OLD,
      after: NEW,
      message: "[skip preview] m",
      author: "Ada",
      skip: true,
    }],
  });
  assertEquals(parse({ ref: "refs/tags/v1", after: NEW }), { ok: true, ignored: "ref is not a branch" });
});

Deno.test("X9 a generic push of the wrong shape is refused and its fields are named", () => {
  const wrong: [payload: unknown, field: string][] = [
    [{ after: NEW }, "branch"],
    [{ branch: "-x", after: NEW }, "branch"],
    [{ branch: "main" }, "after"],
    [{ branch: "main", after: "HEAD" }, "after"],
    [[], "body"],
  ];
  for (const [payload, field] of wrong) {
    const parsed = parse(payload);
    assert(!parsed.ok && parsed.code === "invalid_payload", JSON.stringify(payload));
    assert(parsed.detail?.startsWith(`${field}:`), parsed.detail);
  }
});
