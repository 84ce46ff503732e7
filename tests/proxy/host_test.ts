import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parsePreviewHost, previewUrl, readHost } from "../../lib/proxy/host.ts";
import { AppId } from "../../lib/protocol/ids.ts";

const LOCAL = "localhost:8000";

Deno.test("A18 a subdomain of the preview domain is an app's id", () => {
  const table: [host: string | null, domain: string, expected: string | null][] = [
    ["shop.localhost:8000", LOCAL, "shop"],
    ["SHOP.LocalHost:8000", LOCAL, "shop"],
    ["shop.localhost.:8000", LOCAL, "shop"],
    ["shop-2.previews.example", "previews.example", "shop-2"],
    ["shop.previews.example:8443", "previews.example", "shop"],
    ["shop.previews.example", "Previews.Example:443", "shop"],
    ["shop.previews.example", "previews.example:80", "shop"],
    [null, LOCAL, null],
    ["", LOCAL, null],
    ["localhost:8000", LOCAL, null],
    [".localhost:8000", LOCAL, null],
    ["shop.localhost", LOCAL, null],
    ["shop.localhost:8001", LOCAL, null],
    ["shoplocalhost:8000", LOCAL, null],
    ["shop.localhost.example:8000", LOCAL, null],
    ["shop.localhost:8000, other.localhost:8000", LOCAL, null],
    ["shop.localhost:8000@evil.example", LOCAL, null],
    ["[::1]:8000", LOCAL, null],
  ];
  for (const [host, domain, expected] of table) {
    assertEquals(parsePreviewHost(host, domain), expected as AppId | null, `${host} below ${domain}`);
  }
});

Deno.test("S10 a name below the preview domain that is no legal label is refused, not given to the dashboard", () => {
  const names = [
    "a.b",
    "-shop",
    "shop-",
    "2shop",
    "shop_1",
    "a..b",
    "x".repeat(49),
    "xn--a.shop",
  ];
  for (const name of names) {
    assertEquals(readHost(`${name}.localhost:8000`, LOCAL), { kind: "refused" }, name);
    assertEquals(parsePreviewHost(`${name}.localhost:8000`, LOCAL), null, name);
  }
});

Deno.test("A18 the dashboard's own name is no preview, even below the preview domain", () => {
  const host = "wakelight.example.com";
  assertEquals(readHost(host, "example.com", "https://wakelight.example.com"), { kind: "other" });
  assertEquals(
    parsePreviewHost("shop.example.com", "example.com", "https://wakelight.example.com"),
    "shop" as AppId,
  );
});

Deno.test("A18 a preview's address is read back as its app, for every legal id", () => {
  const ids = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,46}[a-z0-9])?$/);
  fc.assert(
    fc.property(ids, fc.constantFrom(LOCAL, "previews.example", "p.example:8443"), (id, previewDomain) => {
      const url = new URL(previewUrl(AppId.parse(id), { publicUrl: "https://w.example", previewDomain }));
      assertEquals(parsePreviewHost(url.host, previewDomain), id as AppId);
      assertEquals(url.protocol, "https:");
    }),
  );
});

Deno.test("S10 no host name makes the parser throw, and what it returns is an app id", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((s) => `${s}.localhost:8000`)), (host) => {
    const id = parsePreviewHost(host, LOCAL);
    assertEquals(id === null || AppId.safeParse(id).success, true);
  }));
});
