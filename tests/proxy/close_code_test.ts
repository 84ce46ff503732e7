import { assertEquals } from "@std/assert";
import { toApp, toVisitor } from "../../lib/proxy/close_code.ts";

Deno.test("A18 close codes cross the proxy as far as each side can say them", () => {
  const table: [code: number, app: number | undefined, visitor: number | undefined][] = [
    [1000, 1000, 1000],
    [1001, undefined, 1001],
    [1005, undefined, undefined],
    [1006, undefined, 1006],
    [1011, undefined, 1011],
    [1015, undefined, 1006],
    [0, undefined, 1006],
    [2999, undefined, 1006],
    [3000, 3000, 3000],
    [4401, 4401, 4401],
    [4999, 4999, 4999],
    [5000, undefined, 1006],
  ];
  for (const [code, app, visitor] of table) {
    assertEquals(toApp({ code, reason: "" }), app, `${code} to the app`);
    assertEquals(toVisitor({ code, reason: "" }), visitor, `${code} to the visitor`);
  }
});
