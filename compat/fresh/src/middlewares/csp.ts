import { internalsOf } from "../app/internals.ts";
import type { Middleware } from "../app/types.ts";

export interface CSPOptions {
  /** Only tell about violations. */
  reportOnly?: boolean;
  /** Where browsers send reports to. */
  reportTo?: string;
  /** Directives that are added, or that replace the default of the same name. */
  csp?: string[];
  /** Allow inline scripts and styles by the page's nonce instead of all of them. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** Sets the content security policy on every answer that passes; thrown errors pass without it. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { reportOnly = false, reportTo, csp: own = [], useNonce = false } = options;
  const directives = new Map([...DEFAULTS, ...own].map((directive) => [nameOf(directive), directive]));
  if (reportTo !== undefined) {
    directives.set("report-to", "report-to csp-endpoint");
    directives.set("report-uri", `report-uri ${reportTo}`);
  }
  const policy = [...directives.values()].join("; ");
  const header = reportOnly ? "Content-Security-Policy-Report-Only" : "Content-Security-Policy";

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = `'nonce-${internalsOf(ctx).nonce}'`;
    response.headers.set(header, useNonce ? policy.replaceAll("'unsafe-inline'", nonce) : policy);
    if (reportTo !== undefined) response.headers.set("Reporting-Endpoints", `csp-endpoint="${reportTo}"`);
    return response;
  };
}

function nameOf(directive: string): string {
  return directive.trim().split(/\s/, 1)[0];
}
