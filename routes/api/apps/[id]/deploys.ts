import { define } from "../../../(_lib)/define.ts";
import { answer, withApp } from "../../../(_lib)/api.ts";

/** A26: newest first. */
export const handler = define.handlers({
  GET: withApp(async (ctx, app) => {
    const deploys = await ctx.state.services.apps.deploys(app);
    return answer({ ok: true, value: { deploys } });
  }),
});
