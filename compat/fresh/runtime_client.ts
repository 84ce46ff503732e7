/**
 * `fresh/runtime-client`: what the browser starts with. Bundled as `fresh-runtime.js`.
 * @module
 */
export { boot } from "./src/client/boot.ts";
