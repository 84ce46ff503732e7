const DYNAMIC = /[*:{}+?()]/;

/** A path without pattern characters is looked up, not matched. */
export function isStaticPath(path: string): boolean {
  return !DYNAMIC.test(path);
}

/** `base` + `path` with one slash between them; "*" and "/*" as a base mean the root. */
export function joinPaths(base: string, path: string): string {
  const prefix = isRoot(base) ? "" : base.replace(/\/+$/, "");
  if (prefix === "") return path.startsWith("/") ? path : `/${path}`;
  if (path === "" || path === "/") return prefix;
  return prefix + (path.startsWith("/") ? path : `/${path}`);
}

/** `use("*")`, `use("/")` and `use("/*")` all mean everywhere. */
export function isRoot(path: string): boolean {
  return path === "" || path === "*" || path === "/" || path === "/*";
}

/** The steps of a path, by which middlewares are scoped: `/admin` covers `/admin/x` but not `/administrator`. */
export function scopeOf(path: string): string[] {
  return isRoot(path) ? [] : path.split("/").filter((step) => step !== "");
}
