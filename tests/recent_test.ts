import { assertEquals } from "@std/assert";
import { Recent } from "../lib/recent.ts";

Deno.test("what was set longest ago is forgotten, and what is set again is new", () => {
  const recent = new Recent<string, number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.set("a", 3);
  recent.set("c", 4);
  assertEquals(["a", "b", "c"].map((key) => recent.get(key)), [3, undefined, 4]);
});
