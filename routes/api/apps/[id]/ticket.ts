import { define } from "../../../(_lib)/define.ts";
import { answer, withApp } from "../../../(_lib)/api.ts";
import { preflight, withCors } from "../../../../lib/http/cors.ts";

/** A3: for whoever may see the app; anybody else gets 404. */
const issue = withApp(async (ctx, app, user) => answer(await ctx.state.services.issueTicket(user, app)));

export const handler = define.handlers({
  POST: async (ctx) =>
    withCors(await issue(ctx), ctx.req.headers.get("origin"), ctx.state.services.allowedOrigins),
  OPTIONS: (ctx) => preflight(ctx.req, ctx.state.services.allowedOrigins, ["POST"]),
});
