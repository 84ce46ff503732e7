import type { AnyVNode } from "../shared/any_vnode.ts";

const originals = new WeakMap<object, { type: AnyVNode["type"]; props: AnyVNode["props"] }>();

/** Makes preact render something else in a vnode's place, this once. */
export function rewrite(vnode: AnyVNode, type: unknown, props: Record<string, unknown>): void {
  if (!originals.has(vnode)) originals.set(vnode, { type: vnode.type, props: vnode.props });
  vnode.type = type as AnyVNode["type"];
  vnode.props = props as AnyVNode["props"];
}

/** Undoes what an earlier render did: markup kept in a module constant is drawn again and again. */
export function restore(vnode: AnyVNode): void {
  const original = originals.get(vnode);
  if (original !== undefined) Object.assign(vnode, original);
}
