/**
 * `fresh/dev`: builds the client code and the snapshot, and serves in development.
 * @module
 */
export { Builder, type BuildOptions } from "./src/dev/builder.ts";
export type { ResolvedBuildConfig } from "./src/dev/config.ts";
