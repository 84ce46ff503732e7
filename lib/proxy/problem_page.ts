/** Refusals on a preview host: a page for people, problem+json for programs. */
import { problemResponse } from "../http/problem.ts";
import { type ProblemCode, statusOf } from "../protocol/problem.ts";
import { escapeHtml, type Page, pageResponse } from "./page.ts";
import { wantsHtml } from "./visit.ts";

/** True for a request that names JSON and not HTML. What names neither (a terminal) gets the page: it can be read too. */
export function wantsJson(accept: string | null): boolean {
  return !wantsHtml(accept) && /\bapplication\/(?:[\w.-]+\+)?json\b/i.test(accept ?? "");
}

/**
 * @param accept the request's `Accept`
 * @param dashboard the dashboard's origin
 */
export function refusalPage(
  accept: string | null,
  code: ProblemCode,
  page: Page,
  dashboard: string,
): Response {
  return wantsJson(accept) ? problemResponse(code) : pageResponse(statusOf(code), page, dashboard);
}

const LIGHT = `<div class="light still" aria-hidden="true"></div>`;

/** A18: the upstream is down. */
export function unreachablePage(name: string, dashboardUrl: string): Page {
  return {
    title: `${name} does not answer · Wakelight`,
    body: `${LIGHT}
<h1>${escapeHtml(name)} does not answer</h1>
<p>Wakelight reached for the app and nothing answered: it may be restarting, or it may have crashed. Reload this page in a
moment. If that does not help, the app's log says what happened, and you can build it again there.</p>
<p><a href="${escapeHtml(dashboardUrl)}" target="_top">Open in Wakelight</a></p>`,
  };
}

export function unknownPage(publicUrl: string): Page {
  return {
    title: "No such preview · Wakelight",
    body: `${LIGHT}
<h1>There is no preview here</h1>
<p>No app has this address. It may have been deleted, or the address has a typing error.</p>
<p><a href="${escapeHtml(publicUrl)}" target="_top">Go to Wakelight</a></p>`,
  };
}

/** The answer on a name below the preview domain that is no preview and never can be one (S10). */
export function unknownHost(req: Request, publicUrl: string): Response {
  const accept = req.headers.get("accept");
  return refusalPage(accept, "unknown_app", unknownPage(publicUrl), new URL(publicUrl).origin);
}
