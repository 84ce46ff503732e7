/** The path inside the framed preview, and the messages by which frame and page speak of it (A25). */

/** The page's message to the bridge script. */
export const goTo = (path: string) => ({ type: "wakelight:go", path }) as const;

const LONGEST_PATH = 4000;

/**
 * The path in a message from the bridge script, or null for any other message. The data comes from a program that we do
 * not trust: only a path of the preview itself is taken, so `//elsewhere` or a scheme is none.
 */
export function navigatedPath(data: unknown): string | null {
  if (typeof data !== "object" || data === null) return null;
  const { type, path } = data as { type?: unknown; path?: unknown };
  return type === "wakelight:navigated" && typeof path === "string" ? ownPath(path) : null;
}

/** What somebody typed into the address field, as a path of the preview; null if it leads elsewhere. */
export function typedPath(text: string, origin: string): string | null {
  const trimmed = text.trim();
  if (trimmed.toLowerCase().startsWith(origin.toLowerCase())) {
    return ownPath(trimmed.slice(origin.length) || "/");
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return null;
  return ownPath(trimmed.startsWith("/") ? trimmed : `/${trimmed}`);
}

function ownPath(path: string): string | null {
  // Browsers drop tabs and line ends from addresses, so that "/\n/elsewhere" would become "//elsewhere".
  // deno-lint-ignore no-control-regex
  const plain = path.length <= LONGEST_PATH && /^\/(?![/\\])[^\0-\x1f\x7f]*$/.test(path);
  return plain ? path : null;
}
