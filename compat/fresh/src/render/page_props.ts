import type { FunctionComponent } from "preact";
import type { Context } from "../app/context.ts";
import type { PageProps } from "../app/types.ts";

/** What a page, layout, wrapper or error component is given. */
export function pageProps<Data>(
  ctx: Context<unknown>,
  data: Data,
  Component: FunctionComponent = ctx.Component,
): PageProps<Data, unknown> {
  const { config, error, info, isPartial, params, req, state, url, route } = ctx;
  return { Component, config, data, error, info, isPartial, params, req, state, url, route };
}
