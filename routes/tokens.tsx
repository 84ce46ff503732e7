import { HttpError, page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { readForm } from "./(_lib)/form_body.ts";
import { signInFirst } from "./(_lib)/sign_in_first.ts";
import { Field } from "../components/Field.tsx";
import { Notice } from "../components/Notice.tsx";
import { TokenList, type TokenRow } from "../components/TokenList.tsx";
import type { ApiTokenView } from "../lib/auth/api_tokens.ts";

interface TokensData {
  tokens: TokenRow[];
  now: number;
  /** The new token itself: in this one answer and never again. */
  created: string | null;
  name: string;
  error?: string;
}

const HEADERS = { "cache-control": "no-store" };

/** The API tokens of whoever is signed in. */
export const handler = define.handlers({
  async GET(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    ctx.state.title = "API tokens";
    const tokens = rowsOf(await services.tokens.list(identity.user.id));
    return page<TokensData>({ tokens, now: Date.now(), created: null, name: "" }, { headers: HEADERS });
  },

  async POST(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    ctx.state.title = "API tokens";
    const user = identity.user.id;
    const form = await readForm(ctx.req);
    if (!form) throw new HttpError(413);
    if (form.get("intent") === "revoke") {
      await services.tokens.revoke(user, form.get("id") ?? "");
      return ctx.redirect("/tokens", 303);
    }
    const name = (form.get("name") ?? "").trim();
    const wrong = name === "" || name.length > 80;
    const created = wrong ? null : (await services.tokens.create(user, name)).token;
    return page<TokensData>({
      tokens: rowsOf(await services.tokens.list(user)),
      now: Date.now(),
      created,
      name: wrong ? name : "",
      error: wrong ? "Give the token a name of 1 to 80 characters." : undefined,
    }, { status: wrong ? 422 : 200, headers: HEADERS });
  },
});

const rowsOf = (tokens: readonly ApiTokenView[]): TokenRow[] =>
  tokens.map(({ id, name, createdAt, lastUsedAt }) => ({
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  }));

export default define.page<typeof handler>(({ data }) => (
  <div class="narrow">
    <h1>API tokens</h1>
    {data.created && (
      <Notice tone="good">
        <p>
          The new token, shown only this once: <code class="secret">{data.created}</code>
        </p>
      </Notice>
    )}
    <section class="card stack">
      <p>
        Scripts send a token as <code>Authorization: Bearer TOKEN</code>. It may do what you may do.
      </p>
      <TokenList tokens={data.tokens} now={data.now} />
    </section>
    <form method="post" class="form card" noValidate>
      <input type="hidden" name="intent" value="create" />
      <Field
        name="name"
        label="Name of a new token"
        hint="What it is for."
        value={data.name}
        error={data.error}
        required
        maxLength={80}
      />
      <div class="actions">
        <button type="submit" class="button button-primary">Create token</button>
      </div>
    </form>
  </div>
));
