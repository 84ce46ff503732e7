/** The way back, above a page's title. */
export function Crumb({ href, children }: { href: string; children: string }) {
  return (
    <nav class="crumb" aria-label="Back">
      <a href={href}>← {children}</a>
    </nav>
  );
}
