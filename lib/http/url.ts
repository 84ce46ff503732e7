/** The parts of a request's address as they were sent, without all that `new URL` checks and puts right besides. */

export interface UrlParts {
  /** With the port, where there is one. */
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** A name and a password before the host are left out, as they are nobody's business. */
const PARTS = /^[a-z]+:\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*)\??([^#]*)/i;

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
