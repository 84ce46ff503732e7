/**
 * `fresh/internal`: what the generated files in `_fresh/` import. Nobody else should.
 * @module
 */
export { setBuildCache } from "./src/app/build_cache.ts";
export { ProdBuildCache, type Snapshot } from "./src/app/prod_build_cache.ts";
