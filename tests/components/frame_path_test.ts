import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { goTo, navigatedPath, typedPath } from "../../components/frame_path.ts";

const ORIGIN = "http://shop.localhost:8000";
const said = (path: unknown) => navigatedPath({ type: "wakelight:navigated", path });

Deno.test("A25 the frame's message gives the path, and other messages give nothing", () => {
  assertEquals(said("/cart?x=1#y"), "/cart?x=1#y");
  for (const data of [null, "x", 1, {}, { type: "other", path: "/" }, goTo("/")]) {
    assertEquals(navigatedPath(data), null);
  }
});

Deno.test("X16 a path that leads to another host is none", () => {
  for (
    const path of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "",
      "x",
      7,
      "/\n/x",
      "/".padEnd(9999, "a"),
    ]
  ) {
    assertEquals(said(path), null);
  }
});

Deno.test("A23 the address field takes a path, with or without its slash, or the preview's whole address", () => {
  assertEquals(typedPath(" /a ", ORIGIN), "/a");
  assertEquals(typedPath("a/b", ORIGIN), "/a/b");
  assertEquals(typedPath(`${ORIGIN}/a?b`, ORIGIN), "/a?b");
  assertEquals(typedPath(ORIGIN, ORIGIN), "/");
  assertEquals(typedPath("", ORIGIN), "/");
  for (
    const elsewhere of [
      "https://evil.example/",
      "javascript:alert(1)",
      "//evil.example",
      `${ORIGIN}.evil.example`,
    ]
  ) {
    assertEquals(typedPath(elsewhere, ORIGIN), null);
  }
});

Deno.test("X16 whatever the frame says or somebody types, the address stays the preview's", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webPath().map((p) => `/${p}`)), (text) => {
    for (const path of [said(text), typedPath(text, ORIGIN)]) {
      if (path === null) continue;
      assert(new URL(ORIGIN + path).origin === ORIGIN);
      assert(new URL(path, ORIGIN).origin === ORIGIN);
    }
  }));
});
