import { assertEquals } from "@std/assert";
import { compareIds, patternOf, scopeOfFile } from "../../compat/fresh/src/dev/route_path.ts";

Deno.test("file names as patterns", async (t) => {
  const table: [id: string, pattern: string, scope: string[]][] = [
    ["index", "/", []],
    ["about", "/about", []],
    ["blog/index", "/blog", ["blog"]],
    ["blog/[slug]", "/blog/:slug", ["blog"]],
    ["blog/[[page]]", "/blog/:page?", ["blog"]],
    ["docs/[...path]", "/docs/:path*", ["docs"]],
    ["a-[id]", "/a-:id", []],
    ["[x]-[y]", "/:x-:y", []],
    ["(group)/page", "/page", ["(group)"]],
    ["(group)/index", "/", ["(group)"]],
    ["apps/[id]/settings", "/apps/:id/settings", ["apps", ":id"]],
  ];
  for (const [id, pattern, scope] of table) {
    await t.step(id, () => assertEquals([patternOf(id), scopeOfFile(id)], [pattern, scope]));
  }
});

Deno.test("what covers a folder comes first, then fixed names, then groups, [x], [...x]", () => {
  const sorted = [
    "_app",
    "_middleware",
    "_404",
    "_layout",
    "_error",
    "index",
    "a/_middleware",
    "a/_layout",
    "a/index",
    "a/b",
    "a/[id]",
    "a/[...rest]",
    "z",
    "(group)/_layout",
    "(group)/b",
    "[id]",
    "[...rest]",
  ];
  assertEquals(sorted.toReversed().sort(compareIds), sorted);
});
