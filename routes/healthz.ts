import { define } from "./(_lib)/define.ts";
import { verdict } from "./(_lib)/verdict.ts";

/** X15: 503 where this process has lost an isolate and has to be started anew. */
export const handler = define.handlers({
  GET: async (ctx) => verdict(await ctx.state.services.probes.health()),
});
