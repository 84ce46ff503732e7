import { define } from "../../../(_lib)/define.ts";
import { answer, withApp } from "../../../(_lib)/api.ts";
import { preflight } from "../../../../lib/http/cors.ts";

/** A3: for whoever may see the app; anybody else gets 404. */
export const handler = define.handlers({
  POST: withApp(async (ctx, app) => {
    const { services, identity } = ctx.state;
    return answer(await services.issueTicket(identity!, app));
  }),
  OPTIONS: (ctx) => preflight(ctx.req, ctx.state.services.allowedOrigins, ["POST"]),
});
