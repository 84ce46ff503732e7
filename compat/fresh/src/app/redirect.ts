/**
 * The Location of a redirect. A path's runs of slashes collapse: browsers read `//evil.example` as another host,
 * and such paths come from user input.
 */
export function redirectLocation(to: string, isPartial: boolean): string {
  const location = to.startsWith("/") ? collapsePath(to) : to;
  if (!isPartial) return location;
  const [rest, hash] = splitAt(location, "#");
  return `${rest}${rest.includes("?") ? "&" : "?"}fresh-partial=true${hash}`;
}

function collapsePath(to: string): string {
  const end = to.search(/[?#]/);
  return end < 0 ? collapseSlashes(to) : collapseSlashes(to.slice(0, end)) + to.slice(end);
}

export function collapseSlashes(path: string): string {
  return path.replace(/\/{2,}/g, "/");
}

function splitAt(text: string, mark: string): [string, string] {
  const index = text.indexOf(mark);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index)];
}
