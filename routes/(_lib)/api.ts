/** What API routes have in common: who asks, for which app, and how an outcome becomes an answer. */
import type { Context } from "fresh";
import { problemResponse, type Result } from "../../lib/http/problem.ts";
import type { App } from "../../lib/preview/app.ts";
import type { AppSummary } from "../../lib/protocol/api.ts";
import type { UserId } from "../../lib/protocol/ids.ts";
import type { Services } from "../../lib/services.ts";
import type { State } from "./define.ts";

type Ctx = Context<State>;

/** Runs the handler for whoever is signed in or brought an API token. */
export const asUser = (handler: (ctx: Ctx, user: UserId) => Promise<Response>) => (ctx: Ctx) => {
  const { identity } = ctx.state;
  return identity === null ? problemResponse("not_signed_in") : handler(ctx, identity.user.id);
};

/** Runs the handler with the app that the address names; for anybody else it does not exist (A3). */
export const withApp = (handler: (ctx: Ctx, app: App, user: UserId) => Promise<Response>) =>
  asUser(async (ctx, user) => {
    const app = await ctx.state.services.apps.find(user, ctx.params.id);
    return app === null ? problemResponse("unknown_app") : await handler(ctx, app, user);
  });

/** The value as JSON, or the refusal as a problem. */
export function answer<T>(result: Result<T>, status = 200): Response {
  if (!result.ok) return problemResponse(result.code, result.detail);
  return Response.json(result.value, { status, headers: { "cache-control": "no-store" } });
}

/** An app as its owners see it: without the values of its variables. */
export async function appView(services: Services, app: App): Promise<AppSummary & Record<string, unknown>> {
  const { publicUrl } = services.config;
  return {
    ...await services.apps.summary(app),
    commands: app.commands,
    env: Object.keys(app.env),
    webhook: {
      github: `${publicUrl}/webhooks/github/${app.id}`,
      generic: `${publicUrl}/webhooks/generic/${app.id}`,
      secret: app.webhookSecret,
    },
  };
}
