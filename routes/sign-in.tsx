import { page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { Notice } from "../components/Notice.tsx";
import { PROBLEMS } from "../lib/protocol/problem.ts";

interface SignInData {
  error: string | null;
}

/** The one-time link that the server prints at its start ends here (A26). */
export const handler = define.handlers({
  async GET(ctx) {
    const token = ctx.url.searchParams.get("token");
    ctx.state.title = "Sign in";
    if (token === null) {
      return ctx.state.identity ? ctx.redirect("/", 303) : page<SignInData>({ error: null });
    }
    const { services } = ctx.state;
    const signedIn = await services.signIn(token);
    if (!signedIn.ok) return page<SignInData>({ error: PROBLEMS[signedIn.code][1] }, { status: 401 });
    const { user, cookie } = signedIn.value;
    // Where there is but one preview, as on a first start, that is what people came for.
    const apps = await services.apps.list(user);
    const answer = ctx.redirect(apps.length === 1 ? `/apps/${apps[0].id}` : "/", 303);
    answer.headers.append("set-cookie", cookie);
    return answer;
  },
  // A chat that looks at a pasted link first asks with HEAD; that must not use the link up.
  HEAD(ctx) {
    ctx.state.title = "Sign in";
    return page<SignInData>({ error: null });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <section class="narrow">
    <h1>Sign in</h1>
    {data.error && <Notice tone="bad">{data.error}</Notice>}
    <p>
      Open the sign-in link that the server printed when it started. It works once; there is nothing else to
      set up.
    </p>
  </section>
));
