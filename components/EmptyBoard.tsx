/** What somebody without previews sees first. */
export function EmptyBoard() {
  return (
    <section class="empty card">
      <h2>No previews yet</h2>
      <p class="muted">
        Name a repository and a branch. Wakelight builds it when somebody looks, and lets it sleep when nobody
        does.
      </p>
      <p>
        <a class="button button-primary" href="/apps/new">New preview</a>
      </p>
    </section>
  );
}
