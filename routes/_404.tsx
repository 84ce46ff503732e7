import { page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { Lost } from "../components/Lost.tsx";
import { problemResponse } from "../lib/http/problem.ts";

/** Whatever is not there (B8): programs get problem+json, people get a page. */
export const handler = define.handlers((ctx) => {
  if (/^\/(?:api|webhooks)(?:\/|$)/.test(ctx.url.pathname)) return problemResponse("not_found");
  ctx.state.title = "Not found";
  return page(undefined, { status: 404 });
});

export default define.page(() => (
  <Lost title="Not found" text="There is nothing at this address, or it is not yours to see." />
));
