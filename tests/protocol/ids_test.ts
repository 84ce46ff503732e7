import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { z } from "zod";
import { AppId, CommitId, DeployId, OwnerId, UserId } from "../../lib/protocol/ids.ts";

const table: [name: string, schema: z.ZodType, good: unknown[], bad: unknown[]][] = [
  [
    "S10 an app id",
    AppId,
    ["a", "demo", "my-app-2", "x1", "a".repeat(48)],
    ["", "-a", "a-", "1a", "A", "my_app", "my.app", "a b", "é", "a".repeat(49), "a\n", "..", "a/b", 7, null],
  ],
  [
    "a deploy id",
    DeployId,
    ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "0".repeat(26), "7" + "Z".repeat(25)],
    [
      "",
      "8" + "0".repeat(25),
      "01ARZ3NDEKTSV4RRFFQ69G5FA",
      "01arz3ndektsv4rrffq69g5fav",
      "01ARZ3NDEKTSV4RRFFQ69G5FAI",
      "0".repeat(27),
    ],
  ],
  [
    "S4 a commit id",
    CommitId,
    ["0123456789abcdef0123456789abcdef01234567", "a".repeat(64)],
    [
      "",
      "HEAD",
      "main",
      "a".repeat(7),
      "A".repeat(40),
      "g".repeat(40),
      "a".repeat(41),
      "--upload-pack=x",
      "a".repeat(40) + "\n",
    ],
  ],
  ["a user id", UserId, ["admin", "u_1", "x".repeat(64)], ["", "x".repeat(65)]],
  ["an owner id", OwnerId, ["admin", "o_1"], ["", "x".repeat(65)]],
];

for (const [name, schema, good, bad] of table) {
  Deno.test(`${name} is what it must be, and nothing else`, () => {
    for (const id of good) assertEquals(schema.safeParse(id).success, true, String(id));
    for (const id of bad) assertEquals(schema.safeParse(id).success, false, JSON.stringify(id));
  });
}

Deno.test("S10 whatever is an app id is a DNS label that a URL keeps as it is", () => {
  const candidate = fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,50}$/), fc.string({ maxLength: 50 }));
  fc.assert(
    fc.property(candidate, (id) => {
      if (!AppId.safeParse(id).success) return;
      assertEquals(new URL(`http://${id}.localhost/`).hostname, `${id}.localhost`);
    }),
    { numRuns: 1_000 },
  );
});
