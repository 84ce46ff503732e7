import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasSha256Signature } from "../../lib/webhook/signature.ts";
import { bytesOf, SECRET, sign } from "./sent.ts";

Deno.test("X9 the signature that GitHub's documentation gives as an example is accepted", async () => {
  const header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  assertEquals(
    await hasSha256Signature(header, bytesOf("Hello, World!"), "It's a Secret to Everybody"),
    true,
  );
});

Deno.test("S12 a signature of the wrong length, form or digits is refused", async () => {
  const body = bytesOf('{"a":1}');
  const right = sign(body);
  const wrong = [
    null,
    "",
    "sha256=",
    right.slice(7),
    right.slice(0, -1),
    right + "0",
    right + " ",
    `sha1=${right.slice(7)}`,
    `sha256=${"0".repeat(64)}`,
    `sha256=${"0".repeat(5000)}`,
    `sha256=${right.slice(7).repeat(2)}`,
  ];
  for (const header of wrong) {
    assertEquals(await hasSha256Signature(header, body, SECRET), false, `${header}`);
  }
  assertEquals(await hasSha256Signature(right.toUpperCase().replace("SHA", "sha"), body, SECRET), true);
});

Deno.test("X9 an app without a secret takes no webhook at all", async () => {
  const body = bytesOf("{}");
  assertEquals(await hasSha256Signature(sign(body, ""), body, ""), false);
});

Deno.test("X9 a signature fits one secret and one body, byte for byte", async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((array) => new Uint8Array(array));
  const secret = fc.string({ minLength: 1 });
  await fc.assert(fc.asyncProperty(bytes, secret, secret, fc.nat(), async (body, key, otherKey, at) => {
    const header = sign(body, key);
    assertEquals(await hasSha256Signature(header, body, key), true);
    if (key !== otherKey) {
      assertEquals(await hasSha256Signature(header, body, otherKey), sign(body, otherKey) === header);
    }
    const changed = body.slice();
    changed[at % body.length] ^= 1;
    assertEquals(await hasSha256Signature(header, changed, key), false);
  }));
});
