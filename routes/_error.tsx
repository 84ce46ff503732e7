import { HttpError, page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { errorHeaders } from "./(_lib)/error_headers.ts";
import { Lost } from "../components/Lost.tsx";
import { logError } from "../lib/log.ts";

/** What went wrong stays in the server's log; people learn what they can do. */
export const handler = define.handlers((ctx) => {
  ctx.state.title = "Something went wrong";
  const status = ctx.error instanceof HttpError ? ctx.error.status : 500;
  // An error that has a page of its own is logged by nobody else.
  if (status >= 500) logError("page-failed", ctx.error, { path: ctx.url.pathname });
  return page(undefined, { status, headers: errorHeaders(ctx.config.mode) });
});

export default define.page(({ error }) => {
  const status = error instanceof HttpError ? error.status : 500;
  return status === 405
    ? <Lost title="Not possible here" text="This address does not answer to that method." />
    : (
      <Lost
        title="Something went wrong"
        text="The server could not do that. Try again in a moment; its log has the details."
      />
    );
});
