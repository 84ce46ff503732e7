/** Cookies between a browser and a preview: Wakelight's stay out of it, and a preview's stay with it (X16). */

/** The dashboard's session. Host-only cookies never reach a preview; this is for the day when one is set by mistake. */
const SESSION = /^(?:__(?:Host|Secure)-)?wakelight_session$/;

/** The `Cookie` value without Wakelight's own, or null where nothing is left. */
export function withoutSession(cookie: string): string | null {
  const kept = cookie.split(";").map((pair) => pair.trim())
    .filter((pair) => pair !== "" && !SESSION.test(pair.split("=", 1)[0].trim()));
  return kept.length > 0 ? kept.join("; ") : null;
}

/**
 * The `Set-Cookie` value without its `Domain`: the cookie then belongs to this one host. With `Domain=previews.example` it
 * would be sent to every other preview.
 */
export function hostOnly(setCookie: string): string {
  const [pair, ...attributes] = setCookie.split(";");
  const kept = attributes.filter((attribute) => attribute.split("=", 1)[0].trim().toLowerCase() !== "domain");
  return [pair, ...kept].join(";");
}

/**
 * The `Clear-Site-Data` value without cookies, or null where nothing is left. Browsers clear the cookies of the whole
 * registrable domain, so a preview could sign everybody out of the dashboard.
 */
export function withoutCookieClearing(value: string): string | null {
  const kept = value.split(",").map((type) => type.trim())
    .flatMap((type) => type === '"*"' ? ['"cache"', '"storage"', '"executionContexts"'] : [type])
    .filter((type) => type !== "" && type.toLowerCase() !== '"cookies"');
  return kept.length > 0 ? [...new Set(kept)].join(", ") : null;
}
