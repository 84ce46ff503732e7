import { Fragment, h } from "preact";
import type { Middleware } from "../app/types.ts";
import { HttpError } from "../shared/http_error.ts";
import { OVERLAY_PATH, overlayPage } from "./overlay.ts";

/** What the dev server adds around the app: live reload, the error overlay, and the browser tools' workspace. */
export function devMiddleware(root: string, revision: number): Middleware<unknown>[] {
  const workspace = { root, uuid: crypto.randomUUID() };
  return [async (ctx) => {
    const { basePath } = ctx.config;
    switch (ctx.url.pathname) {
      case `${basePath}/_frsh/alive`:
        return alive(ctx.req, revision);
      case `${basePath}${OVERLAY_PATH}`:
        return ctx.html(overlayPage(ctx.url));
      case "/.well-known/appspecific/com.chrome.devtools.json":
        return ctx.json({ workspace });
      default:
        return await ctx.next();
    }
  }, showUnexpected];
}

/** Tells each page which run of the server it talks to; a page that knew an older one reloads. */
function alive(req: Request, revision: number): Response {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 501 });
  const { socket, response } = Deno.upgradeWebSocket(req);
  socket.onopen = () => socket.send(JSON.stringify({ type: "initial-state", revision }));
  return response;
}

/** An unexpected error that no page of the app took: to a browser it is shown in the overlay. */
const showUnexpected: Middleware<unknown> = async (ctx) => {
  try {
    return await ctx.next();
  } catch (error) {
    const expected = error instanceof HttpError && error.status < 500;
    if (expected || !ctx.req.headers.get("accept")?.includes("text/html")) throw error;
    console.error(error);
    ctx.error = error;
    return await ctx.render(h(Fragment, null), { status: error instanceof HttpError ? error.status : 500 });
  }
};
