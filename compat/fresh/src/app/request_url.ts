import { collapseSlashes } from "./redirect.ts";

/** The URL as routes see it: repeated slashes collapsed and, behind a trusted proxy, as the visitor typed it. */
export function requestUrl(req: Request, trustProxy: boolean): URL {
  const url = new URL(req.url);
  const collapsed = collapseSlashes(url.pathname);
  if (collapsed !== url.pathname) url.pathname = collapsed;
  if (!trustProxy) return url;
  const proto = forwarded(req, "x-forwarded-proto");
  const host = forwarded(req, "x-forwarded-host");
  if (proto !== undefined) url.protocol = `${proto}:`;
  if (host !== undefined) {
    // Setting only `host` would keep our own port when the header names none.
    url.port = "";
    url.host = host;
  }
  return url;
}

/** The first of a list: each proxy on the way appends. */
function forwarded(req: Request, name: string): string | undefined {
  return req.headers.get(name)?.split(",")[0].trim() || undefined;
}
