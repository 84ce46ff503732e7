/** Who wakes an app: a person who opens a page, and nobody else (X6, S11). */
import type { HeaderMap } from "./headers.ts";

/** What of a request decides. Header values as they came, null where absent. */
export interface VisitFacts {
  readonly method: string;
  readonly path: string;
  /** True for a WebSocket handshake. */
  readonly upgrade: boolean;
  readonly fetchMode: string | null;
  readonly fetchDest: string | null;
  /** `Sec-Purpose`, `Purpose` and their elder relatives, joined. */
  readonly purpose: string | null;
  readonly accept: string | null;
  readonly userAgent: string | null;
}

const PAGE_DESTINATIONS = ["document", "iframe", "frame"];

/** Crawlers, link previews, monitors and command line clients, as they name themselves. A Cubot is a telephone. */
const ROBOTS = new RegExp(
  [
    "(?<!cu)bot(?![a-z])|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|whatsapp|mediapartners",
    "embedly|quora link|pinterest|vkshare|feedly|feedfetcher|monitor|pingdom|statuscake|site24x7|uptime",
    "curl/|wget/|python-|go-http-client|okhttp|libwww|java/|axios|node-fetch|undici|httpie|postman|scrapy",
  ].join("|"),
  "i",
);

const ASSET =
  /\.(?:[cm]?[jt]sx?|css|map|json|ico|png|jpe?g|gif|svg|webp|avif|woff2?|ttf|otf|eot|txt|xml|wasm|mp[34]|webm|webmanifest)$/i;

/**
 * @param path of the request, as `URL` reads it
 * @param headers of the request
 */
export function visitFacts(method: string, path: string, headers: HeaderMap): VisitFacts {
  const purposes = PURPOSES.flatMap((name) => headers.get(name) ?? []);
  return {
    method,
    path,
    upgrade: method === "GET" && headers.get("upgrade")?.toLowerCase() === "websocket",
    fetchMode: headers.get("sec-fetch-mode") ?? null,
    fetchDest: headers.get("sec-fetch-dest") ?? null,
    purpose: purposes.length > 0 ? purposes.join(", ") : null,
    accept: headers.get("accept") ?? null,
    userAgent: headers.get("user-agent") ?? null,
  };
}

const PURPOSES = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/**
 * True for a page visit. Browsers say what a request is for (`Sec-Fetch-*`), but over plain http only to localhost:
 * elsewhere a visit is told by asking for HTML, not being a robot, and not asking for a file such as `favicon.ico`.
 */
export function wakes(facts: VisitFacts): boolean {
  if (facts.method !== "GET" || facts.upgrade) return false;
  const isPage = facts.fetchMode !== null || facts.fetchDest !== null
    ? facts.fetchMode === "navigate" && PAGE_DESTINATIONS.includes(facts.fetchDest ?? "")
    : facts.userAgent !== null && wantsHtml(facts.accept) && !ASSET.test(facts.path) &&
      !facts.path.startsWith("/.well-known/");
  if (!isPage || (facts.purpose !== null && /prefetch|prerender|preview/i.test(facts.purpose))) return false;
  return facts.userAgent === null || !ROBOTS.test(facts.userAgent);
}

export const wantsHtml = (accept: string | null): boolean => /\btext\/html\b/i.test(accept ?? "");

/**
 * True for the socket of a dev server's hot reload. Its client chatters by itself in a forgotten tab, which must not
 * keep the app awake; frames on any other socket are somebody using the app.
 */
export function isHotReload(path: string, protocols: string | null): boolean {
  return /(?:^|[\s,])(?:vite-hmr|vite-ping)(?:[\s,]|$)/i.test(protocols ?? "") ||
    /\/(?:webpack-hmr|_next\/hmr|__webpack_hmr|_hmr|__hmr|livereload|sockjs-node)(?:\/|$)/i.test(path);
}

/** Vite's client asks like this, by `fetch`, whether its server is back. */
export const isVitePing = (accept: string | null): boolean => accept === "text/x-vite-ping";
