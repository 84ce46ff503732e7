import { Fragment, h } from "preact";
import type { Context } from "../app/context.ts";
import { internalsOf } from "../app/internals.ts";
import { errorOverlay } from "../dev/overlay.ts";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { vnodeOf } from "./async_component.ts";
import { assemble } from "./document.ts";
import { pageProps } from "./page_props.ts";
import { RenderState } from "./render_state.ts";
import { bootScript, preloadLink } from "./boot_script.ts";
import { renderIn } from "./render_in.ts";
import { renderUnusedSlots } from "./unused_slots.ts";

export interface RenderConfig {
  skipAppWrapper?: boolean;
  skipInheritedLayouts?: boolean;
}

/** Draws a vnode as a whole document, inside the layouts and the app wrapper that apply to this request. */
export async function renderPage(
  ctx: Context<unknown>,
  vnode: AnyVNode | null,
  init: ResponseInit,
  config: RenderConfig,
): Promise<Response> {
  const content = await wrapped(ctx, vnode, config);
  if (content instanceof Response) return content;

  const { buildCache, nonce } = internalsOf(ctx);
  const state = new RenderState(nonce, ctx.url.pathname, buildCache?.islands ?? new Map());
  const html = renderIn(state, content);
  const templates = renderUnusedSlots(state);

  const development = ctx.config.mode === "development";
  const needsClient = buildCache !== null && (state.usedIslands.size > 0 || development);
  const headers = new Headers(init.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  let bodyEnd = templates;
  if (needsClient) {
    const base = ctx.config.basePath;
    bodyEnd += bootScript(state, base, buildCache.runtime);
    headers.append("link", preloadLink(state, base, buildCache.runtime));
  }
  if (development) bodyEnd += errorOverlay(ctx.error, ctx.config.basePath);
  return new Response(assemble(state, html, bodyEnd), { ...init, headers });
}

/** The vnode inside its layouts, innermost first, and the app wrapper around them all. */
async function wrapped(
  ctx: Context<unknown>,
  vnode: AnyVNode | null,
  config: RenderConfig,
): Promise<AnyVNode | Response> {
  const { app, layouts } = internalsOf(ctx);
  const wrappers = config.skipInheritedLayouts ? [] : layouts.map(({ component }) => component).reverse();
  if (app !== null && !config.skipAppWrapper) wrappers.push(app);
  let content = vnode ?? h(Fragment, null);
  for (const component of wrappers) {
    const inner = content;
    const result = await vnodeOf(component, pageProps(ctx, null, () => inner));
    if (result instanceof Response) return result;
    content = result;
  }
  return content;
}
