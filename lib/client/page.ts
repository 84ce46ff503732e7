/** What the connection wants to know of the page around it. */

export type PageChange = "visible" | "hidden" | "online" | "offline";

/** Says whether somebody can see the page, and reports when that or the network changes. */
export interface Page {
  visible(): boolean;
  /** @returns how to stop listening */
  listen(on: (change: PageChange) => void): () => void;
}

/** The real page; where there is none (Deno, a worker), one that is always visible. */
export const browserPage: Page = {
  visible: () => globalThis.document?.visibilityState !== "hidden",
  listen(on) {
    const page = globalThis.document;
    if (!page) return () => {};
    const visibility = () => on(page.visibilityState === "hidden" ? "hidden" : "visible");
    const online = () => on("online");
    const offline = () => on("offline");
    page.addEventListener("visibilitychange", visibility);
    addEventListener("online", online);
    addEventListener("offline", offline);
    return () => {
      page.removeEventListener("visibilitychange", visibility);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
    };
  },
};
