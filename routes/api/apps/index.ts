import { define } from "../../(_lib)/define.ts";
import { answer, appView, asUser } from "../../(_lib)/api.ts";
import { readJson } from "../../../lib/http/body.ts";
import { problemResponse } from "../../../lib/http/problem.ts";
import { CreateApp } from "../../../lib/protocol/api.ts";
import { OwnerId } from "../../../lib/protocol/ids.ts";

/** A26 */
export const handler = define.handlers({
  GET: asUser(async (ctx, user) =>
    answer({ ok: true, value: { apps: await ctx.state.services.apps.list(user) } })
  ),

  POST: asUser(async (ctx, user) => {
    const { services } = ctx.state;
    const input = await readJson(ctx.req, CreateApp);
    if (!input.ok) return answer(input);
    const owner = input.value.owner ?? OwnerId.parse(user);
    if (!await services.mayUse(user, owner)) return problemResponse("unknown_owner");
    const created = await services.apps.create(input.value, owner);
    if (!created.ok) return answer(created);
    return answer({ ok: true, value: await appView(services, created.value) }, 201);
  }),
});
