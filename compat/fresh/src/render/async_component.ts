import { type ComponentChildren, Fragment, h } from "preact";
import type { AnyVNode } from "../shared/any_vnode.ts";
import type { AnyComponent } from "../app/types.ts";

/** Told by the constructor's name, as Fresh does: a function that merely returns a promise is not one. */
export function isAsyncComponent(component: unknown): boolean {
  return typeof component === "function" && component.constructor.name === "AsyncFunction";
}

/** A page, layout or wrapper as a vnode; an async one is awaited here, since rendering itself is synchronous. */
export async function vnodeOf<Props>(
  component: AnyComponent<Props>,
  props: Props,
): Promise<AnyVNode | Response> {
  // deno-lint-ignore no-explicit-any -- preact's FunctionComponent asks for `children` that nobody passes here
  if (!isAsyncComponent(component)) return h(component as any, props as any);
  const drawn = await component(props);
  return drawn instanceof Response ? drawn : h(Fragment, null, drawn as ComponentChildren);
}
