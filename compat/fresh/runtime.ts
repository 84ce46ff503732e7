/**
 * `fresh/runtime`: what pages and islands may import on both sides of the wire.
 * @module
 */
export { asset, assetSrcSet } from "./src/shared/asset.ts";
export { Head, type HeadProps } from "./src/shared/head.ts";
export { HttpError } from "./src/shared/http_error.ts";
export { IS_BROWSER } from "./src/shared/is_browser.ts";
