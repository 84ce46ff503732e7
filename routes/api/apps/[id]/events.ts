import { define } from "../../../(_lib)/define.ts";
import { preflight } from "../../../../lib/http/cors.ts";
import { headOfEvents } from "../../../../lib/events/endpoint.ts";

/** A1: the one endpoint for WebSocket, SSE and JSON. */
export const handler = define.handlers({
  GET: (ctx) =>
    ctx.state.services.events(
      ctx.req,
      ctx.params.id,
      (options) => ctx.upgrade(options),
      ctx.info.remoteAddr,
    ),
  HEAD: (ctx) => headOfEvents(ctx.req, ctx.state.services.allowedOrigins),
  OPTIONS: (ctx) => preflight(ctx.req, ctx.state.services.allowedOrigins, ["GET", "HEAD"]),
});
