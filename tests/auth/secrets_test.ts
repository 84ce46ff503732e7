import { assertEquals } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { constantTimeEqual, hmacSha256Hex, randomToken, sha256Hex } from "../../lib/auth/secrets.ts";

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => new Uint8Array(array));

Deno.test("S12 two values are equal exactly when their bytes are, whatever their lengths", async () => {
  await fc.assert(fc.asyncProperty(bytes, bytes, async (a, b) => {
    assertEquals(await constantTimeEqual(a, a.slice()), true);
    assertEquals(await constantTimeEqual(a, b), a.toHex() === b.toHex());
    const longer = new Uint8Array([...a, 0]);
    assertEquals(await constantTimeEqual(a, longer), false);
  }));
});

Deno.test("S12 text and bytes compare alike, the empty value included", async () => {
  assertEquals(await constantTimeEqual("pröbe", new TextEncoder().encode("pröbe")), true);
  assertEquals(await constantTimeEqual("", ""), true);
  assertEquals(await constantTimeEqual("", "a"), false);
});

Deno.test("X9 digests and HMACs are those that everybody else computes", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), bytes, async (key, data) => {
    assertEquals(await sha256Hex(data), createHash("sha256").update(data).digest("hex"));
    assertEquals(
      await hmacSha256Hex(new TextEncoder().encode(key), data),
      createHmac("sha256", new TextEncoder().encode(key)).update(data).digest("hex"),
    );
  }));
});

Deno.test("A26 random tokens are 32 bytes of base64url and never the same", () => {
  const tokens = Array.from({ length: 200 }, () => randomToken());
  for (const token of tokens) assertEquals(/^[\w-]{43}$/.test(token), true);
  assertEquals(new Set(tokens).size, 200);
});
