import { assertEquals } from "@std/assert";
import {
  answerFields,
  handshakeHeaders,
  headerMap,
  publicLocation,
  requestFields,
} from "../../lib/proxy/headers.ts";
import { hostOnly, withoutCookieClearing, withoutSession } from "../../lib/proxy/cookies.ts";

const UPSTREAM = "http://127.0.0.1:40123";
const PREVIEW = "https://shop.previews.example:8443";
const preview = { origin: PREVIEW, host: "shop.previews.example:8443", scheme: "https" };
const visitor = { address: "203.0.113.7", preview };

const asked = (headers: HeadersInit) =>
  new Headers(requestFields(headerMap(new Headers(headers)), visitor) as [string, string][]);
const answered = (fields: [string, string][]) =>
  new Headers(answerFields(fields, UPSTREAM, PREVIEW) as [string, string][]);

Deno.test("A18 the app learns the public name and the visitor's address, and the client's own claims are dropped", () => {
  const headers = asked({
    "x-forwarded-for": "10.0.0.1",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "gopher",
    "x-forwarded-port": "1",
    "forwarded": "for=10.0.0.1",
    "x-real-ip": "10.0.0.1",
    "host": "shop.previews.example:8443",
    "expect": "100-continue",
    "accept-encoding": "gzip, br",
    "accept-language": "eo",
  });
  assertEquals(Object.fromEntries(headers), {
    "accept-encoding": "identity",
    "accept-language": "eo",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-host": "shop.previews.example:8443",
    "x-forwarded-proto": "https",
  });
});

Deno.test("A18 headers of one connection pass in neither direction", () => {
  const hops = {
    "connection": "keep-alive, X-Mine",
    "keep-alive": "timeout=5",
    "proxy-authorization": "Basic eDp5",
    "te": "trailers",
    "trailer": "X-Sum",
    "transfer-encoding": "chunked",
    "upgrade": "h2c",
    "x-mine": "1",
    "x-kept": "1",
  };
  assertEquals(Object.fromEntries(answered(Object.entries(hops))), { "x-kept": "1" });
  const sent = Object.fromEntries(asked(hops));
  assertEquals(Object.keys(sent).filter((name) => !name.startsWith("x-forwarded")), [
    "accept-encoding",
    "x-kept",
  ]);
});

Deno.test("X16 Wakelight's session is not forwarded, an app's own cookies are", () => {
  const table: [cookie: string, expected: string | null][] = [
    ["wakelight_session=s3cret", null],
    ["__Host-wakelight_session=s3cret", null],
    ["a=1; __Host-wakelight_session=s3cret; b=2", "a=1; b=2"],
    ["a=1;wakelight_session =s3cret;b=2=3", "a=1; b=2=3"],
    ["my_wakelight_session=1", "my_wakelight_session=1"],
    ["wakelight_sessions=1", "wakelight_sessions=1"],
    ["a=wakelight_session=1", "a=wakelight_session=1"],
  ];
  for (const [cookie, expected] of table) {
    assertEquals(withoutSession(cookie), expected, cookie);
    assertEquals(asked({ cookie }).get("cookie"), expected, cookie);
  }
});

Deno.test("X16 a cookie that an app sets stays on its own host", () => {
  const table: [given: string, expected: string][] = [
    ["a=1; Domain=previews.example; Path=/; HttpOnly", "a=1; Path=/; HttpOnly"],
    ["a=1;domain=.example;Secure", "a=1;Secure"],
    ["a=1; Path=/; DOMAIN = example", "a=1; Path=/"],
    ["domain=1; Path=/", "domain=1; Path=/"],
    ["a=1", "a=1"],
  ];
  for (const [given, expected] of table) assertEquals(hostOnly(given), expected, given);
  const answer = answered([["set-cookie", "a=1; Domain=x.example"], ["set-cookie", "b=2"]]);
  assertEquals(answer.getSetCookie(), ["a=1", "b=2"]);
});

Deno.test("X16 an app cannot clear the cookies of the whole site", () => {
  assertEquals(withoutCookieClearing('"cookies"'), null);
  assertEquals(withoutCookieClearing('"cache", "Cookies"'), '"cache"');
  assertEquals(withoutCookieClearing('"*"'), '"cache", "storage", "executionContexts"');
  assertEquals(answered([["clear-site-data", '"cookies"']]).has("clear-site-data"), false);
});

Deno.test("A18 a redirect to the app's own address is turned to the preview's, any other is left", () => {
  const table: [location: string, expected: string][] = [
    [`${UPSTREAM}/login?next=%2F#x`, `${PREVIEW}/login?next=%2F#x`],
    ["http://localhost:40123/a", `${PREVIEW}/a`],
    ["//127.0.0.1:40123/a", `${PREVIEW}/a`],
    ["/a", "/a"],
    ["a/b", "a/b"],
    ["?q=1", "?q=1"],
    ["http://127.0.0.1:40124/other-app", "http://127.0.0.1:40124/other-app"],
    [
      "https://accounts.example/o?to=http://127.0.0.1:40123",
      "https://accounts.example/o?to=http://127.0.0.1:40123",
    ],
    [`${PREVIEW}/x`, `${PREVIEW}/x`],
    ["http://[", "http://["],
  ];
  for (const [location, expected] of table) {
    assertEquals(publicLocation(location, UPSTREAM, PREVIEW), expected, location);
  }
});

Deno.test("A18 a handshake from the preview's own page looks same-origin to the app, any other keeps its origin", () => {
  const handshake = (origin: string) =>
    handshakeHeaders(
      headerMap(
        new Headers({
          origin,
          "sec-websocket-key": "k",
          "sec-websocket-version": "13",
          "sec-websocket-extensions": "permessage-deflate",
          "connection": "Upgrade",
          "upgrade": "websocket",
          "cookie": "a=1; wakelight_session=s",
        }),
      ),
      visitor,
      UPSTREAM,
    );
  const forwarded = {
    "cookie": "a=1",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-host": "shop.previews.example:8443",
    "x-forwarded-proto": "https",
  };
  assertEquals(Object.fromEntries(handshake(PREVIEW)), { ...forwarded, origin: UPSTREAM });
  assertEquals(Object.fromEntries(handshake("https://evil.example")), {
    ...forwarded,
    origin: "https://evil.example",
  });
});
