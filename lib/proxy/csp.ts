/** What an app's Content-Security-Policy means for the two things that Wakelight does to a page: bridge and frame. */

type Directives = ReadonlyMap<string, readonly string[]>;

/** One header may hold several policies, and all of them count. */
function parsePolicies(header: string): Directives[] {
  return header.split(",").map((policy) => {
    const directives = new Map<string, string[]>();
    for (const directive of policy.split(";")) {
      const [name, ...values] = directive.trim().split(/\s+/);
      const key = name.toLowerCase();
      if (key !== "" && !directives.has(key)) directives.set(key, values);
    }
    return directives;
  }).filter((directives) => directives.size > 0);
}

/**
 * True where every policy lets a page load a script from its own origin without a nonce (A25). In doubt it is false: a
 * refused script would show up as an error in the console of somebody who debugs his own app.
 */
export function allowsOwnScript(header: string | null, pageOrigin: string): boolean {
  return parsePolicies(header ?? "").every((policy) => {
    const sandbox = policy.get("sandbox");
    if (sandbox && !sandbox.some((token) => token.toLowerCase() === "allow-scripts")) return false;
    const sources = policy.get("script-src-elem") ?? policy.get("script-src") ?? policy.get("default-src");
    if (sources === undefined) return true;
    const lower = sources.map((source) => source.toLowerCase());
    // Beside 'strict-dynamic', 'self' and host names mean nothing.
    if (lower.includes("'strict-dynamic'")) return false;
    return lower.some((source) => matchesOrigin(source, new URL(pageOrigin)));
  });
}

function matchesOrigin(source: string, page: URL): boolean {
  return source === "'self'" || source === "*" || source === page.protocol || source === page.origin ||
    source === page.host || (source === "http:" && page.protocol === "https:");
}

/**
 * Lets the dashboard, and nobody else, frame a page that forbids framing: `X-Frame-Options` cannot name an origin, so it
 * becomes the `frame-ancestors` that says the same plus the dashboard; an existing `frame-ancestors` is extended.
 */
export function admitDashboard(headers: Headers, dashboard: string): void {
  const csp = headers.get("content-security-policy");
  const hasAncestors = csp !== null && parsePolicies(csp).some((policy) => policy.has("frame-ancestors"));
  if (csp !== null && hasAncestors) {
    headers.set("content-security-policy", csp.split(",").map((p) => extend(p, dashboard)).join(","));
  }
  const options = headers.get("x-frame-options")?.trim().toLowerCase();
  if (options === undefined) return;
  headers.delete("x-frame-options");
  // Where both are there, browsers look at frame-ancestors only; other values of X-Frame-Options mean nothing to them.
  if (hasAncestors || (options !== "deny" && options !== "sameorigin")) return;
  const others = options === "sameorigin" ? "'self' " : "";
  headers.append("content-security-policy", `frame-ancestors ${others}${dashboard}`);
}

function extend(policy: string, dashboard: string): string {
  return policy.split(";").map((directive) => {
    const [name, ...values] = directive.trim().split(/\s+/);
    if (name.toLowerCase() !== "frame-ancestors") return directive;
    const kept = values.filter((value) => value.toLowerCase() !== "'none'");
    return ` ${[name, ...kept, dashboard].join(" ")}`;
  }).join(";");
}
