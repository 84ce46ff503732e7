import { define } from "../../../(_lib)/define.ts";
import { answer, withApp } from "../../../(_lib)/api.ts";

/** A17: answers with the status that it led to. */
export const handler = define.handlers({
  POST: withApp(async (ctx, app) => answer(await ctx.state.services.apps.wake(app), 202)),
});
