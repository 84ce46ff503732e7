import { define } from "../../../(_lib)/define.ts";
import { answer, withApp } from "../../../(_lib)/api.ts";
import { readJson } from "../../../../lib/http/body.ts";
import { StartBuild } from "../../../../lib/protocol/api.ts";

/** A17: builds in any case; 202 with the deploy. */
export const handler = define.handlers({
  POST: withApp(async (ctx, app) => {
    const input = await readJson(ctx.req, StartBuild, { whenEmpty: {} });
    if (!input.ok) return answer(input);
    return answer(await ctx.state.services.apps.build(app, input.value.commit), 202);
  }),
});
