import { define } from "./(_lib)/define.ts";
import { verdict } from "./(_lib)/verdict.ts";

/** X15: 503 where no work should be sent here: the store does not answer, or this isolate is about to end. */
export const handler = define.handlers({
  GET: async (ctx) => verdict(await ctx.state.services.probes.readiness()),
});
