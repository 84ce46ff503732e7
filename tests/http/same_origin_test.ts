import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { mayChange } from "../../lib/http/same_origin.ts";

const OWN = "http://localhost:8000";
const PREVIEW = "http://app.localhost:8000";

const post = (secFetchSite: string | null, origin: string | null, hasApiToken = false) =>
  mayChange({ method: "POST", secFetchSite, origin, ownOrigin: OWN, hasApiToken });

Deno.test("X16 changes come from Wakelight's own pages", () => {
  const table: [secFetchSite: string | null, origin: string | null, accepted: boolean][] = [
    ["same-origin", OWN, true],
    ["same-origin", null, true],
    ["same-origin", "http://127.0.0.1:8000", true],
    ["same-site", PREVIEW, false],
    ["same-site", OWN, false],
    ["same-site", null, false],
    ["cross-site", "https://evil.example", false],
    ["cross-site", "null", false],
    ["none", OWN, true],
    ["none", null, false],
    [null, OWN, true],
    [null, PREVIEW, false],
    [null, "null", false],
    [null, "http://localhost:8000.evil.example", false],
    [null, "http://localhost:80000", false],
    ["", OWN, false],
    ["Same-Origin, cross-site", null, false],
  ];
  for (const [secFetchSite, origin, accepted] of table) {
    assertEquals(post(secFetchSite, origin), accepted, `${secFetchSite} ${origin}`);
  }
});

Deno.test("X16 a change without Sec-Fetch-Site and Origin is refused: over plain http browsers send neither", () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "post", "PROPFIND"]) {
    assertEquals(
      mayChange({ method, secFetchSite: null, origin: null, ownOrigin: OWN, hasApiToken: false }),
      false,
    );
  }
});

Deno.test("X16 an API token may change things from anywhere, and reading is free", () => {
  assertEquals(post(null, null, true), true);
  assertEquals(post("cross-site", "https://ci.example", true), true);
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    const request = {
      method,
      secFetchSite: "cross-site",
      origin: PREVIEW,
      ownOrigin: OWN,
      hasApiToken: false,
    };
    assertEquals(mayChange(request), true);
  }
});

Deno.test("X16 no page but our own gets a change through, whatever the headers say", () => {
  const site = fc.option(fc.oneof(fc.constantFrom("same-site", "cross-site", "none", ""), fc.string()), {
    nil: null,
  }).filter((value) => value !== "same-origin");
  const origin = fc.option(fc.oneof(fc.domain().map((domain) => `https://${domain}`), fc.string()), {
    nil: null,
  })
    .filter((value) => value !== OWN);
  const method = fc.constantFrom("POST", "PUT", "PATCH", "DELETE", "CONNECT", "LINK");
  fc.assert(fc.property(method, site, origin, (method, secFetchSite, origin) => {
    assertEquals(mayChange({ method, secFetchSite, origin, ownOrigin: OWN, hasApiToken: false }), false);
  }));
});
