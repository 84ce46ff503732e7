import { Time } from "./Time.tsx";

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** The API tokens of a user; each can be revoked. */
export function TokenList({ tokens, now }: { tokens: readonly TokenRow[]; now: number }) {
  if (tokens.length === 0) return <p class="muted">No tokens yet.</p>;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Created</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <th scope="row">{token.name}</th>
            <td>
              <Time at={token.createdAt} now={now} />
            </td>
            <td>{token.lastUsedAt ? <Time at={token.lastUsedAt} now={now} /> : "never"}</td>
            <td>
              <form method="post">
                <input type="hidden" name="intent" value="revoke" />
                <input type="hidden" name="id" value={token.id} />
                <button
                  type="submit"
                  class="button button-small button-danger"
                  aria-label={`Revoke ${token.name}`}
                >
                  Revoke
                </button>
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
