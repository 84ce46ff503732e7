/** What people configured: an app is one branch of a repository that has a preview. */
import * as z from "zod";
import { AppId, OwnerId } from "../protocol/ids.ts";
import { BranchName, Commands, Env, Repository } from "../protocol/api.ts";

export const App = z.object({
  id: AppId,
  name: z.string(),
  owner: OwnerId,
  repository: Repository,
  branch: BranchName,
  commands: Commands,
  env: Env,
  /** Shared with the Git host: signs its webhooks. Shown to the app's owners only. */
  webhookSecret: z.string(),
  createdAt: z.number(),
});
export type App = z.infer<typeof App>;
