import type { Middleware } from "../app/types.ts";

/** Sends visitors to the one form of a path. "always" does not suit dynamic routes: they have no slash to match. */
export function trailingSlashes<State>(mode: "always" | "never"): Middleware<State> {
  return async (ctx) => {
    const { pathname, search } = ctx.url;
    const slash = pathname.endsWith("/");
    if (mode === "always" && !slash) return ctx.redirect(`${pathname}/${search}`);
    if (mode === "never" && slash && pathname !== "/") {
      return ctx.redirect(pathname.replace(/\/+$/, "") + search);
    }
    return await ctx.next();
  };
}
