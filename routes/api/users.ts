import { define } from "../(_lib)/define.ts";
import { answer, asUser } from "../(_lib)/api.ts";
import { readJson } from "../../lib/http/body.ts";
import { Named } from "../../lib/protocol/api.ts";

/** `POST {name}` makes a user and answers with a one-time sign-in link to hand to him. For the first user. */
export const handler = define.handlers({
  POST: asUser(async (ctx, by) => {
    const input = await readJson(ctx.req, Named);
    return input.ok ? answer(await ctx.state.services.invite(by, input.value.name), 201) : answer(input);
  }),
});
