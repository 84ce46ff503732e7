import { define } from "./(_lib)/define.ts";

/** Ends the session that the request came with. */
export const handler = define.handlers({
  async POST(ctx) {
    const cookie = await ctx.state.services.signOut(ctx.req);
    const answer = ctx.redirect("/sign-in", 303);
    answer.headers.append("set-cookie", cookie);
    return answer;
  },
});
