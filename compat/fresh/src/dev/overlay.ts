import { HttpError } from "../shared/http_error.ts";

export const OVERLAY_PATH = "/_frsh/error_overlay";

/** In development, a frame over the page that tells an unexpected error; nothing for expected ones. */
export function errorOverlay(error: unknown, basePath: string): string {
  if (error === null || error === undefined) return "";
  if (error instanceof HttpError && error.status < 500) return "";
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  const query = new URLSearchParams({ message, stack: stack ?? "" });
  const src = `${basePath}${OVERLAY_PATH}?${query}`.replaceAll("&", "&amp;");
  const style = "position:fixed;inset:0;width:100%;height:100%;border:0;z-index:2147483647";
  return `<iframe id="fresh-error-overlay" src="${src}" style="${style}"></iframe>`;
}

/** The frame's own page. */
export function overlayPage(url: URL): string {
  const message = escapeHtml(url.searchParams.get("message") ?? "");
  const stack = escapeHtml(url.searchParams.get("stack") ?? "");
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Error</title><style>
body { margin: 0; padding: 4rem 1rem; background: rgb(0 0 0 / 60%); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: auto; padding: 1.5rem 2rem; border-top: 6px solid #d92d20; background: #fff; }
pre { overflow: auto; padding: 1rem; background: #f4f4f5; font-size: 13px; }
</style></head><body><main><h1>${message || "Unexpected error"}</h1><pre>${stack}</pre></main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
