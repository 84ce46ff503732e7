import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHmac } from "node:crypto";
import { prepareHmac } from "../../lib/auth/hmac.ts";

Deno.test("A3 a prepared HMAC signs as any other does, again and again, with keys of any length", () => {
  const secret = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(secret, fc.array(fc.string({ unit: "binary" }), { maxLength: 4 }), (secret, texts) => {
      const sign = prepareHmac(secret);
      for (const text of texts) {
        assertEquals(sign(text), createHmac("sha256", secret).update(text).digest("base64url"));
      }
    }),
  );
});
