import { define } from "../../../(_lib)/define.ts";
import { withApp } from "../../../(_lib)/api.ts";
import { problemResponse } from "../../../../lib/http/problem.ts";

/** A16: answered from one snapshot of the store, without a look at the sandbox. */
export const handler = define.handlers({
  GET: withApp(async (ctx, app) => {
    const status = await ctx.state.services.apps.status(app.id);
    if (status === null) return problemResponse("unknown_app");
    return Response.json(status, { headers: { "cache-control": "no-store" } });
  }),
});
