import { HttpError, page } from "fresh";
import { define } from "../../(_lib)/define.ts";
import { signInFirst } from "../../(_lib)/sign_in_first.ts";
import PreviewApp from "../../../islands/PreviewApp.tsx";

const DEPLOYS_SHOWN = 10;

/** One preview, as it stands; the island goes on from there. */
export const handler = define.handlers({
  async GET(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    const app = await services.apps.find(identity.user.id, ctx.params.id);
    if (!app) throw new HttpError(404);
    ctx.state.title = app.name;
    const [snapshot, deploys] = await Promise.all([
      services.apps.snapshot(app),
      services.apps.deploys(app, DEPLOYS_SHOWN),
    ]);
    // Nothing else of the app: what an island gets stands in the page's source, and the app holds secrets.
    return page({
      appId: app.id,
      name: app.name,
      repository: app.repository,
      branch: app.branch,
      status: snapshot.status,
      error: snapshot.error,
      deploys,
      now: Date.now(),
    }, { headers: { "cache-control": "no-store" } });
  },
});

export default define.page<typeof handler>(({ data }) => <PreviewApp {...data} />);
