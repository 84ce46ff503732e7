import { page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { signInFirst } from "./(_lib)/sign_in_first.ts";
import AppBoard from "../islands/AppBoard.tsx";
import { EmptyBoard } from "../components/EmptyBoard.tsx";

/** All previews of whoever is signed in. */
export const handler = define.handlers({
  async GET(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    ctx.state.title = "Previews";
    return page({ apps: await services.apps.list(identity.user.id), now: Date.now() });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <div class="title-row">
      <h1>Previews</h1>
      {data.apps.length > 0 && <a class="button button-primary" href="/apps/new">New preview</a>}
    </div>
    {data.apps.length > 0 ? <AppBoard initial={data.apps} now={data.now} /> : <EmptyBoard />}
  </>
));
