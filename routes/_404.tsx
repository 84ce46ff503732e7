import { page } from "fresh";
import { define } from "./(_lib)/define.ts";
import { errorHeaders } from "./(_lib)/error_headers.ts";
import { Lost } from "../components/Lost.tsx";

/** Whatever is not there (B8). */
export const handler = define.handlers((ctx) => {
  ctx.state.title = "Not found";
  return page(undefined, { status: 404, headers: errorHeaders(ctx.config.mode) });
});

export default define.page(() => (
  <Lost title="Not found" text="There is nothing at this address, or it is not yours to see." />
));
