import type { AnyVNode } from "../shared/any_vnode.ts";
import type { RenderState } from "./render_state.ts";

/** Marks a link to this page, or to one above it, for styles and for screen readers. */
export function markCurrentLink({ pathname }: RenderState, { props }: AnyVNode): void {
  if (typeof props.href !== "string" || !props.href.startsWith("/")) return;
  const target = trimSlash(new URL(props.href, "http://link.invalid").pathname);
  const here = trimSlash(pathname);
  if (target === here) {
    props["data-current"] = "true";
    props["aria-current"] = "page";
  } else if (target === "/" || here.startsWith(`${target}/`)) {
    props["data-ancestor"] = "true";
    props["aria-current"] = "true";
  }
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
