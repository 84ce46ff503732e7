import { asset } from "../shared/asset.ts";

const URL_FUNCTION = /url\(\s*(["']?)(\/[^)"']*)\1\s*\)/g;

/** Pins what a style sheet refers to by a path from the root, like `asset()` does in pages. */
export function pinUrls(css: string): string {
  return css.replace(URL_FUNCTION, (_, quote, path) => `url(${quote}${asset(path)}${quote})`);
}
