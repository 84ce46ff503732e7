/** The one template for the few pages that a preview host shows by itself. Everything is inline: nothing else is there. */

export interface Page {
  readonly title: string;
  /** HTML, escaped by whoever wrote it. */
  readonly body: string;
  /** HTML for the head. */
  readonly head?: string;
  /** JavaScript; runs after the body was read. */
  readonly script?: string;
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]);

const STYLE = `
:root { color-scheme: light dark; --back: #f7f6f3; --text: #24222b; --quiet: #5f5b6b; --link: #5a3fd1; }
@media (prefers-color-scheme: dark) {
  :root { --back: #17161c; --text: #eceaf2; --quiet: #a8a3b5; --link: #b5a4ff; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 34rem; padding: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; color: var(--quiet); overflow-wrap: anywhere; }
a { color: var(--link); }
.light { width: .75rem; height: .75rem; border-radius: 50%; background: #e9a23b; margin-bottom: 1.25rem;
  animation: glow 1.6s ease-in-out infinite alternate; }
.light.still { animation: none; opacity: .4; }
@keyframes glow { from { opacity: .25; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .light { animation: none; } }
`;

/** The document. `nonce` is the one that the answer's policy names. */
export function renderPage(page: Page, nonce: string): string {
  const script = page.script === undefined ? "" : `<script nonce="${nonce}">${page.script}</script>\n`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(page.title)}</title>
<style nonce="${nonce}">${STYLE}</style>
${page.head ?? ""}</head>
<body>
<main>
${page.body}
</main>
${script}</body>
</html>
`;
}

/** @param dashboard the one origin that may frame the page */
export function pageResponse(status: number, page: Page, dashboard: string, headers?: HeadersInit): Response {
  const nonce = crypto.randomUUID();
  const all = new Headers(headers);
  all.set("content-type", "text/html; charset=utf-8");
  all.set("cache-control", "no-store");
  all.set("referrer-policy", "no-referrer");
  all.set("x-content-type-options", "nosniff");
  all.set(
    "content-security-policy",
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
      `base-uri 'none'; form-action 'none'; frame-ancestors ${dashboard}`,
  );
  return new Response(renderPage(page, nonce), { status, headers: all });
}
