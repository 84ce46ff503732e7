/** Where client code lives below the base path; the folder after it is named by the build. */
export const JS_FOLDER = "/_fresh/js/";

/** Query parameter that pins an asset URL to one build, so that it may be cached for ever. */
export const ASSET_PARAM = "__frsh_c";

/**
 * In the browser the id is read from this module's own address (`/_fresh/js/<id>/chunk.js`), which is known
 * before any island runs. On the server it stays empty until a build cache is set.
 */
let buildId = /\/_fresh\/js\/([^/]+)\/[^/]+$/.exec(import.meta.url)?.[1] ?? "";

export function getBuildId(): string {
  return buildId;
}

export function setBuildId(id: string): void {
  buildId = id;
}
