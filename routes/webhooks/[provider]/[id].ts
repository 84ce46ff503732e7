import { define } from "../../(_lib)/define.ts";
import { answer } from "../../(_lib)/api.ts";
import { problemResponse } from "../../../lib/http/problem.ts";
import { AppId } from "../../../lib/protocol/ids.ts";

/** X9: `POST /webhooks/github/ID` and `/webhooks/generic/ID`, signed with the app's secret; 202 in under a second. */
export const handler = define.handlers({
  async POST(ctx) {
    const appId = AppId.safeParse(ctx.params.id);
    if (!appId.success) return problemResponse("unknown_app");
    const received = await ctx.state.services.webhook(ctx.req, ctx.params.provider, appId.data);
    if (!received.ok) return problemResponse(received.code, received.detail);
    const { ok: _, ...outcome } = received;
    return answer({ ok: true, value: outcome }, 202);
  },
});
