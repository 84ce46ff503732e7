/** Error pages are drawn outside the middlewares that give all other pages their headers, so they bring their own (X16). */

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** No script is allowed, because none is needed; in development the page has one that loads it again. */
export const errorHeaders = (mode: "development" | "production"): Record<string, string> => ({
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  ...(mode === "production" && { "content-security-policy": POLICY }),
});
