/** Who may change things (X16). */

export interface ChangeRequest {
  readonly method: string;
  /** `Sec-Fetch-Site` */
  readonly secFetchSite: string | null;
  /** `Origin` */
  readonly origin: string | null;
  /** The dashboard's: `http://localhost:8000`. */
  readonly ownOrigin: string;
  /** A valid API token came with the request: no page can add one to a request of somebody else's browser. */
  readonly hasApiToken: boolean;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * | Sec-Fetch-Site | Origin | a change is |
 * |---|---|---|
 * | same-origin | any | accepted |
 * | same-site, cross-site | any | refused: every preview is same-site |
 * | none, absent | ours | accepted |
 * | none, absent | another, `null`, absent | refused: over plain http a browser sends no Sec-Fetch-Site at all |
 *
 * With an API token, or a method that changes nothing, always accepted.
 */
export function mayChange(request: ChangeRequest): boolean {
  if (request.hasApiToken || SAFE.has(request.method.toUpperCase())) return true;
  if (request.secFetchSite === "same-origin") return true;
  if (request.secFetchSite !== null && request.secFetchSite !== "none") return false;
  return request.origin === request.ownOrigin;
}
