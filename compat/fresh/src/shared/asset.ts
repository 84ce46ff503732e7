import { options, type VNode } from "preact";
import { ASSET_PARAM, getBuildId } from "./build_id.ts";

/** Attribute by which an element declines the automatic pinning of its `src` and `srcset`. */
const OPT_OUT = "data-fresh-disable-lock";

/** `/x` pinned to this build (`/x?__frsh_c=<id>`). Anything but a path on this origin comes back unchanged. */
export function asset(path: string): string {
  const id = getBuildId();
  if (id === "" || !path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://asset.invalid");
  if (url.searchParams.has(ASSET_PARAM)) return path;
  const pin = `${ASSET_PARAM}=${id}`;
  return url.pathname + (url.search === "" ? `?${pin}` : `${url.search}&${pin}`) + url.hash;
}

/** {@link asset} for every candidate of a `srcset` attribute; the width and density descriptors stay. */
export function assetSrcSet(srcset: string): string {
  // A comma inside parentheses belongs to something we do not understand: leave such a value alone.
  if (srcset.includes("(")) return srcset;
  return srcset.split(",").map((candidate) => {
    const [, before, url, after] = /^(\s*)(\S*)(.*)$/s.exec(candidate)!;
    return before + asset(url) + after;
  }).join(",");
}

/** Pins `src` and `srcset` of images as they are created, on the server and, alike, in the browser. */
export function pinImageSources(): void {
  const previous = options.vnode;
  options.vnode = (vnode) => {
    if (vnode.type === "img" || vnode.type === "source") pin(vnode as VNode<Record<string, unknown>>);
    previous?.(vnode);
  };
}

function pin({ props }: VNode<Record<string, unknown>>): void {
  if (props[OPT_OUT]) return;
  if (typeof props.src === "string") props.src = asset(props.src);
  for (const name of ["srcset", "srcSet"]) {
    const value = props[name];
    if (typeof value === "string") props[name] = assetSrcSet(value);
  }
}
