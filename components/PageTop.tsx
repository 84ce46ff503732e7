import { Logo } from "./Logo.tsx";

/** The head of every page: where you are, and the way out. */
export function PageTop({ userName }: { userName: string | null }) {
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="/">
          <Logo />
          <span>Wakelight</span>
        </a>
        {userName !== null && (
          <nav class="nav" aria-label="Main">
            <a class="nav-home" href="/">Previews</a>
            <a href="/tokens">API tokens</a>
            <form method="post" action="/sign-out">
              <button type="submit" class="button button-plain" title={`Signed in as ${userName}`}>
                Sign out
              </button>
            </form>
          </nav>
        )}
      </div>
    </header>
  );
}
