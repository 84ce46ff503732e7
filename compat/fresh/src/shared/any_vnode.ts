import type { VNode } from "preact";

/** A vnode of whatever props: preact's own type is invariant in them. */
// deno-lint-ignore no-explicit-any
export type AnyVNode = VNode<any>;
