import type { Context } from "fresh";
import { define, type State } from "../../../../(_lib)/define.ts";
import { answer, asUser } from "../../../../(_lib)/api.ts";
import { readJson } from "../../../../../lib/http/body.ts";
import { refuse, type Result } from "../../../../../lib/http/problem.ts";
import { MemberRole } from "../../../../../lib/protocol/api.ts";
import { OwnerId, UserId } from "../../../../../lib/protocol/ids.ts";

function named(ctx: Context<State>): Result<{ owner: OwnerId; member: UserId }> {
  const owner = OwnerId.safeParse(ctx.params.id);
  const member = UserId.safeParse(ctx.params.user);
  if (!owner.success) return refuse("unknown_owner");
  if (!member.success) return refuse("unknown_user");
  return { ok: true, value: { owner: owner.data, member: member.data } };
}

/** `PUT {role}` takes somebody in or changes what he may do; `DELETE` takes him out. For owners; anybody may leave. */
export const handler = define.handlers({
  PUT: asUser(async (ctx, by) => {
    const names = named(ctx);
    if (!names.ok) return answer(names);
    const input = await readJson(ctx.req, MemberRole);
    if (!input.ok) return answer(input);
    const { owner, member: user } = names.value;
    return answer(await ctx.state.services.owners.putMember(by, { owner, user, role: input.value.role }));
  }),
  DELETE: asUser(async (ctx, by) => {
    const names = named(ctx);
    if (!names.ok) return answer(names);
    const removed = await ctx.state.services.owners.removeMember(by, names.value.owner, names.value.member);
    return removed.ok ? new Response(null, { status: 204 }) : answer(removed);
  }),
});
