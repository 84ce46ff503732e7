/** The parts of an absolute address, as they were sent: `new URL` takes half as long as the rest of a short answer. */

export interface UrlParts {
  /** With the port, where there is one. */
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

const PARTS = /^[a-z]+:\/\/([^/?#]*)([^?#]*)\??([^#]*)/i;

/** @param url a request's, which is absolute */
export function urlParts(url: string): UrlParts {
  const [, host = "", path = "", query = ""] = PARTS.exec(url) ?? [];
  return { host, path, query };
}

const NOTHING = new URLSearchParams();

/** What stands behind the question mark. Must not be changed. */
export function queryOf(url: string): URLSearchParams {
  const { query } = urlParts(url);
  return query === "" ? NOTHING : new URLSearchParams(query);
}
