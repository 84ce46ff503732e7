import { define } from "../../../../(_lib)/define.ts";
import { answer, asUser } from "../../../../(_lib)/api.ts";
import { problemResponse } from "../../../../../lib/http/problem.ts";
import { OwnerId } from "../../../../../lib/protocol/ids.ts";

export const handler = define.handlers({
  GET: asUser(async (ctx, user) => {
    const owner = OwnerId.safeParse(ctx.params.id);
    const members = owner.success && await ctx.state.services.owners.members(user, owner.data);
    return members ? answer({ ok: true, value: { members } }) : problemResponse("unknown_owner");
  }),
});
