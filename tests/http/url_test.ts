import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { queryOf, urlParts } from "../../lib/http/url.ts";

Deno.test("A1 the parts of an address are those that a URL has, where it has nothing to put right", () => {
  const word = fc.stringMatching(/^[\w~-]{0,8}$/);
  const segments = fc.array(word, { minLength: 1, maxLength: 4 }).map((some) => `/${some.join("/")}`);
  const query = fc.option(fc.array(fc.tuple(word, fc.string({ maxLength: 8 })), { maxLength: 3 }), {
    nil: null,
  });
  const host = fc.constantFrom("localhost", "app.localhost:8000", "127.0.0.1:1", "[::1]:8000");
  const end = fc.constantFrom("", "#", "#a?b");
  fc.assert(fc.property(host, segments, query, end, (host, path, pairs, end) => {
    const search = pairs === null ? "" : `?${new URLSearchParams(pairs)}`;
    const address = `http://${host}${path}${search}${end}`;
    const url = new URL(address);
    assertEquals(urlParts(address), { host: url.host, path: url.pathname, query: url.search.slice(1) });
    assertEquals([...queryOf(address)], [...url.searchParams]);
  }));
});

Deno.test("A1 an address without a path has an empty one", () => {
  assertEquals(urlParts("http://localhost?a=1"), { host: "localhost", path: "", query: "a=1" });
});

Deno.test("A4 a password in an address is no part of the host that is logged", () => {
  assertEquals(urlParts("http://ada:secret@localhost:80/a"), { host: "localhost:80", path: "/a", query: "" });
});
