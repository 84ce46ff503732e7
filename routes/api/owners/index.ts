import { define } from "../../(_lib)/define.ts";
import { answer, asUser } from "../../(_lib)/api.ts";
import { readJson } from "../../../lib/http/body.ts";
import { Named } from "../../../lib/protocol/api.ts";

/** Whom apps can belong to; `POST {name}` makes an organisation. */
export const handler = define.handlers({
  GET: asUser(async (ctx, user) =>
    answer({ ok: true, value: { owners: await ctx.state.services.owners.list(user) } })
  ),
  POST: asUser(async (ctx, user) => {
    const input = await readJson(ctx.req, Named);
    if (!input.ok) return answer(input);
    return answer({ ok: true, value: await ctx.state.services.owners.create(user, input.value.name) }, 201);
  }),
});
