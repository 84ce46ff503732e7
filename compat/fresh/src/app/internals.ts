import type { BuildCache } from "./build_cache.ts";
import type { AnyComponent, LayoutConfig, PageProps } from "./types.ts";

export interface Layout {
  component: AnyComponent<PageProps<unknown, unknown>>;
  config?: LayoutConfig;
}

/** What travels with a request but is none of a handler's business. */
export interface Internals {
  app: AnyComponent<PageProps<unknown, unknown>> | null;
  /** Outermost first. */
  layouts: Layout[];
  buildCache: BuildCache | null;
  /** One per request, so that the csp middleware and the page agree on it. */
  nonce: string;
}

// A WeakMap rather than a field: the enumerable keys of a Context are part of what the app sees.
const internals = new WeakMap<object, Internals>();

export function attachInternals(ctx: object, buildCache: BuildCache | null): void {
  internals.set(ctx, { app: null, layouts: [], buildCache, nonce: crypto.randomUUID().replaceAll("-", "") });
}

export function internalsOf(ctx: object): Internals {
  return internals.get(ctx)!;
}
