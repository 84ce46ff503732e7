import type { ComponentChildren } from "preact";
import type { HandlerByMethod, HandlerFn, Middleware, PageProps, RouteData } from "./types.ts";

type Rendered = ComponentChildren | Response;

/** Helpers that type a module's exports for one kind of `ctx.state`. At run time each returns its argument. */
export interface Define<State> {
  handlers<Handlers extends HandlerFn<unknown, State> | HandlerByMethod<unknown, State>>(
    handlers: Handlers,
  ): Handlers;
  page<Handler = never>(
    // Without a handler to infer from, a page has no data to speak of.
    render: (
      props: PageProps<[Handler] extends [never] ? unknown : RouteData<Handler>, State>,
    ) => Rendered | Promise<Rendered>,
  ): typeof render;
  layout(render: (props: PageProps<unknown, State>) => Rendered | Promise<Rendered>): typeof render;
  middleware<M extends Middleware<State> | Middleware<State>[]>(middleware: M): M;
}

export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    layout: (render) => render,
    middleware: (middleware) => middleware,
  };
}
