import { HttpError } from "../shared/http_error.ts";
import type { Chain } from "./chain.ts";
import { internalsOf, type Layout } from "./internals.ts";
import type { AnyComponent, Middleware, PageProps } from "./types.ts";

/** Answers for an error that reached its segment; `status` is what a component-only route answers with. */
export type ErrorHandler = (ctx: Parameters<Middleware<unknown>>[0], status: number) => Promise<Response>;

/** One step of a path: what `use`, `layout` and `onError` said about it and all below it. */
export interface Segment {
  children: Map<string, Segment>;
  parent: Segment | null;
  middlewares: Chain;
  layout: Layout | null;
  app: AnyComponent<PageProps<unknown, unknown>> | null;
  onError: ErrorHandler | null;
}

/** Looked up when an error arrives, so that `notFound` may be registered last. */
export interface NotFoundSlot {
  handler: ErrorHandler | null;
}

export function newSegment(parent: Segment | null = null): Segment {
  return { children: new Map(), parent, middlewares: [], layout: null, app: null, onError: null };
}

export function segmentAt(root: Segment, scope: readonly string[]): Segment {
  let segment = root;
  for (const name of scope) {
    let child = segment.children.get(name);
    if (child === undefined) segment.children.set(name, child = newSegment(segment));
    segment = child;
  }
  return segment;
}

/** The chain from the root to `segment`, as things stand now: what is registered later does not count. */
export function chainTo(segment: Segment, notFound: NotFoundSlot): Chain {
  const above = segment.parent === null ? [] : chainTo(segment.parent, notFound);
  return [...above, boundary(segment, notFound), ...segment.middlewares];
}

/**
 * A segment's edge: it adds the layout and the app wrapper on the way in and catches errors on the way out, outside
 * of the segment's own middlewares.
 */
function boundary({ app, layout, onError }: Segment, notFound: NotFoundSlot): Middleware<unknown> {
  return async (ctx) => {
    const internals = internalsOf(ctx);
    const before = { app: internals.app, layouts: internals.layouts };
    if (app !== null) internals.app = app;
    if (layout !== null) {
      if (layout.config?.skipAppWrapper) internals.app = null;
      internals.layouts = layout.config?.skipInheritedLayouts ? [layout] : [...internals.layouts, layout];
    }
    try {
      return await ctx.next();
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      const handler = status === 404 ? notFound.handler ?? onError : onError;
      if (handler === null) throw error;
      return await handler(ctx, handler === notFound.handler ? 200 : status);
    } finally {
      Object.assign(internals, before);
    }
  };
}
