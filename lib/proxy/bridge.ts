/** The script inside a framed preview that tells the dashboard where the visitor is, and goes where it is told (A25). */

/** Everything below this path, on every preview host, belongs to Wakelight. */
export const RESERVED = "/_wakelight/";
export const BRIDGE_PATH = `${RESERVED}bridge.js`;

export const BRIDGE_TAG = `<script src="${BRIDGE_PATH}"></script>`;

/**
 * Messages to the page around the frame: `{type: "wakelight:navigated", path}`, path with query and fragment.
 * Messages from it: `{type: "wakelight:go", path}` where `home` is `/`, and `{type: "wakelight:reload"}`.
 * Both sides name the other's origin, so a stranger who frames the preview learns nothing and commands nothing.
 *
 * The element takes itself out of the page: a framework that hydrates the whole document would stumble over it.
 *
 * @param dashboard the dashboard's origin
 */
export function bridgeScript(dashboard: string): string {
  return `(() => {
  "use strict";
  const self = document.currentScript;
  if (self) self.remove();
  const outer = window.parent;
  if (outer === window || outer !== window.top) return;
  const dashboard = ${JSON.stringify(dashboard)};
  let told = null;
  const tell = () => {
    const path = location.pathname + location.search + location.hash;
    if (path === told) return;
    told = path;
    outer.postMessage({ type: "wakelight:navigated", path }, dashboard);
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...args) {
      const result = original.apply(this, args);
      tell();
      return result;
    };
  }
  for (const name of ["popstate", "hashchange", "load"]) window.addEventListener(name, tell);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) told = null;
    tell();
  });
  window.addEventListener("message", (event) => {
    if (event.origin !== dashboard || event.source !== outer) return;
    const data = event.data;
    if (typeof data !== "object" || data === null) return;
    if (data.type === "wakelight:reload") location.reload();
    if (data.type !== "wakelight:go" || typeof data.path !== "string") return;
    let target;
    try {
      target = new URL(data.path === "home" ? "/" : data.path, location.origin);
    } catch {
      return;
    }
    if (target.origin === location.origin) location.assign(target.href);
  });
  tell();
})();
`;
}
