import { renderToString } from "preact-render-to-string";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { pinImageSources } from "../shared/asset.ts";
import { type ActiveHooks, installHooks } from "./hooks.ts";
import type { RenderState } from "./render_state.ts";

const active: ActiveHooks = { state: null };

// Preact has one set of hooks per process. They look at `active`, which is set for the time of one synchronous
// render, so renders of different requests cannot meet.
pinImageSources();
installHooks(active);

export function renderIn(state: RenderState, vnode: AnyVNode): string {
  const outer = active.state;
  active.state = state;
  try {
    return renderToString(vnode);
  } finally {
    active.state = outer;
  }
}
