import { define } from "../(_lib)/define.ts";
import { problemResponse } from "../../lib/http/problem.ts";

/** B8 */
export const handler = define.handlers(() => problemResponse("not_found"));
