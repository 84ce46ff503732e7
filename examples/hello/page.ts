/** One page of the app. */
export function page(
  title: string,
  text: string,
  link: { href: string; text: string },
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --ink: #1d2433; --paper: #fff9ef; --glow: #f5a524; }
  @media (prefers-color-scheme: dark) { :root { --ink: #f6ecd9; --paper: #151926; } }
  * { box-sizing: border-box; margin: 0; }
  body { min-height: 100vh; display: grid; place-items: center; padding: 2rem;
         background: radial-gradient(60rem 40rem at 50% 110%, color-mix(in srgb, var(--glow) 45%, var(--paper)), var(--paper) 70%);
         color: var(--ink); font: 1.125rem/1.6 system-ui, sans-serif; }
  main { max-width: 34rem; text-align: center; }
  .lamp { width: 4.5rem; height: 4.5rem; margin: 0 auto 1.5rem; border-radius: 50%;
          background: var(--glow); box-shadow: 0 0 0 0.75rem color-mix(in srgb, var(--glow) 25%, transparent); }
  h1 { font-size: clamp(2rem, 6vw, 3.25rem); line-height: 1.1; letter-spacing: -0.02em; }
  p { margin: 1rem 0 2rem; }
  a { color: inherit; font-weight: 600; text-decoration-color: var(--glow); text-decoration-thickness: 0.15em;
      text-underline-offset: 0.25em; }
  a:focus-visible { outline: 3px solid var(--glow); outline-offset: 4px; border-radius: 2px; }
</style>
<main>
  <div class="lamp" aria-hidden="true"></div>
  <h1>${escape(title)}</h1>
  <p id="message">${escape(text)}</p>
  <a href="${escape(link.href)}">${escape(link.text)}</a>
</main>
</html>
`;
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]);
}
