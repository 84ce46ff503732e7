import { options } from "preact";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { Head } from "../shared/head.ts";
import { markCurrentLink } from "./current_link.ts";
import { beginDocumentElement, collectHead, endDocumentElement } from "./document_hooks.ts";
import { hostIsland } from "./island_host.ts";
import { restore } from "./rewrite.ts";
import type { RenderState } from "./render_state.ts";

export interface ActiveHooks {
  state: RenderState | null;
}

// `__b` is the name under which preact 10 calls its hook "before a vnode is rendered", in the browser and in
// preact-render-to-string alike.
type Hooks = typeof options & { __b?: (vnode: AnyVNode) => void };

export function installHooks(active: ActiveHooks): void {
  const hooks: Hooks = options;
  const { vnode: onCreate, __b: onRender, diffed: onRendered } = hooks;

  hooks.vnode = (vnode) => {
    if (active.state !== null && vnode.type === "a") markCurrentLink(active.state, vnode);
    onCreate?.(vnode);
  };
  hooks.__b = (vnode) => {
    if (active.state !== null && !active.state.settled.has(vnode)) before(active.state, vnode);
    onRender?.(vnode);
  };
  hooks.diffed = (vnode) => {
    if (active.state !== null) endDocumentElement(active.state, vnode);
    onRendered?.(vnode);
  };
}

function before(state: RenderState, vnode: AnyVNode): void {
  restore(vnode);
  if (typeof vnode.type === "string") beginDocumentElement(state, vnode);
  else if (vnode.type === Head) collectHead(state, vnode);
  else hostIsland(state, vnode);
}
