import { assertEquals } from "@std/assert";
import { headerMap } from "../../lib/proxy/headers.ts";
import { isHotReload, type VisitFacts, visitFacts, wakes } from "../../lib/proxy/visit.ts";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";
const HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const navigation: VisitFacts = {
  method: "GET",
  path: "/",
  upgrade: false,
  fetchMode: "navigate",
  fetchDest: "document",
  purpose: null,
  accept: HTML,
  userAgent: CHROME,
};
/** Over plain http on names other than localhost, browsers send no Sec-Fetch headers. */
const plain: VisitFacts = { ...navigation, fetchMode: null, fetchDest: null };

const table: [what: string, facts: VisitFacts, expected: boolean][] = [
  ["a page in a tab", navigation, true],
  ["a page in a frame", { ...navigation, fetchDest: "iframe" }, true],
  ["a page below a path with a dot", { ...navigation, path: "/v1.2/about" }, true],
  ["a page over plain http", plain, true],
  ["a page of a Cubot telephone", {
    ...plain,
    userAgent: "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/90",
  }, true],
  ["HEAD", { ...navigation, method: "HEAD" }, false],
  ["a form that is posted", { ...navigation, method: "POST" }, false],
  ["OPTIONS", { ...navigation, method: "OPTIONS" }, false],
  ["a favicon", { ...navigation, fetchMode: "no-cors", fetchDest: "image", path: "/favicon.ico" }, false],
  [
    "a favicon over plain http",
    { ...plain, path: "/favicon.ico", accept: "image/avif,image/webp,*/*" },
    false,
  ],
  ["an icon asked for as if it were a page", { ...plain, path: "/apple-touch-icon.png" }, false],
  ["robots.txt", { ...plain, path: "/robots.txt" }, false],
  ["a well-known file", { ...plain, path: "/.well-known/traffic-advice" }, false],
  ["a prefetch", { ...navigation, purpose: "prefetch" }, false],
  ["a prerender", { ...navigation, purpose: "prefetch;prerender" }, false],
  ["a top sites preview", { ...plain, purpose: "preview" }, false],
  ["an API call", { ...navigation, fetchMode: "cors", fetchDest: "empty", accept: "*/*" }, false],
  ["an API call over plain http", { ...plain, accept: "application/json" }, false],
  ["a script", { ...navigation, fetchMode: "no-cors", fetchDest: "script", accept: "*/*" }, false],
  ["an embedded object", { ...navigation, fetchDest: "object" }, false],
  ["a WebSocket", { ...plain, upgrade: true }, false],
  ["a hot reload probe", {
    ...navigation,
    fetchMode: "no-cors",
    fetchDest: "empty",
    accept: "text/x-vite-ping",
  }, false],
  [
    "Googlebot, which renders pages",
    { ...navigation, userAgent: `${CHROME} (compatible; Googlebot/2.1)` },
    false,
  ],
  [
    "a link preview",
    { ...plain, userAgent: "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)" },
    false,
  ],
  ["another", { ...plain, userAgent: "facebookexternalhit/1.1" }, false],
  ["a third", { ...plain, userAgent: "Mozilla/5.0 (compatible; Discordbot/2.0)" }, false],
  ["a monitor", { ...plain, userAgent: "UptimeRobot/2.0" }, false],
  ["curl that asks for HTML", { ...plain, userAgent: "curl/8.5.0" }, false],
  ["a client without a name", { ...plain, userAgent: null }, false],
];

Deno.test("X6 a page visit wakes, and nothing else does", () => {
  for (const [what, facts, expected] of table) assertEquals(wakes(facts), expected, what);
});

Deno.test("X6 the facts are read from the request's headers", () => {
  const headers = new Headers({
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "iframe",
    "Sec-Purpose": "prefetch",
    "Upgrade": "WebSocket",
    "Accept": HTML,
    "User-Agent": CHROME,
  });
  assertEquals(visitFacts("GET", "/a", headerMap(headers)), {
    method: "GET",
    path: "/a",
    upgrade: true,
    fetchMode: "navigate",
    fetchDest: "iframe",
    purpose: "prefetch",
    accept: HTML,
    userAgent: CHROME,
  });
});

Deno.test("X6 sockets of hot reload are told from an app's own", () => {
  assertEquals(isHotReload("/", "vite-hmr"), true);
  assertEquals(isHotReload("/", "other, vite-ping"), true);
  assertEquals(isHotReload("/_next/webpack-hmr", null), true);
  assertEquals(isHotReload("/chat", null), false);
  assertEquals(isHotReload("/chat", "vite-hmr-like"), false);
});
