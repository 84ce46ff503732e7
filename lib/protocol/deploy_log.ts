/** Answer of `GET /api/deploys/:id/logs` (B2). */
import * as z from "zod";
import { LogPayload } from "./events.ts";

/** `next` is the line to go on from; `closed` where no more will come. `first` is the first line that is still kept. */
export const DeployLog = z.object({
  lines: z.array(LogPayload),
  first: z.int(),
  next: z.int(),
  closed: z.boolean(),
});
export type DeployLog = z.infer<typeof DeployLog>;
