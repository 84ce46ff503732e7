import { define } from "../../../(_lib)/define.ts";
import { answer, appView, withApp } from "../../../(_lib)/api.ts";
import { readJson } from "../../../../lib/http/body.ts";
import { PatchApp } from "../../../../lib/protocol/api.ts";

/** A26, A17 */
export const handler = define.handlers({
  GET: withApp(async (ctx, app) => answer({ ok: true, value: await appView(ctx.state.services, app) })),

  PATCH: withApp(async (ctx, app) => {
    const { services } = ctx.state;
    const change = await readJson(ctx.req, PatchApp);
    if (!change.ok) return answer(change);
    const patched = await services.apps.patch(app, change.value);
    return patched.ok ? answer({ ok: true, value: await appView(services, patched.value) }) : answer(patched);
  }),

  DELETE: withApp(async (ctx, app) => {
    await ctx.state.services.apps.remove(app);
    return new Response(null, { status: 204 });
  }),
});
