/** Shapes of the JSON API (A16, A17, A26). */
import * as z from "zod";
import { AppId, CommitId, DeployId, OwnerId } from "./ids.ts";
import { DeployStatus, DeployTrigger, PreviewState } from "./states.ts";

/** A shell command line, run in the root of the checkout. */
const Command = z.string().trim().min(1).max(2000).regex(/^[^\0]*$/, "may not contain NUL");

/** Each may be given; what is missing is detected from the repository. An empty install step is `true`. */
export const Commands = z.object({ install: Command.optional(), start: Command.optional() });
export type Commands = z.infer<typeof Commands>;

export const BranchName = z.string().min(1).max(250).regex(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\\))[^\0-\x20\x7f~^:?*[]+(?<![/.])$/,
  "is no branch name",
);

/** An https, ssh or git address without a password in it, `git@host:path`, or an absolute path or file: address. */
export const Repository = z.string().trim().min(1).max(1000)
  .regex(
    /^(?:https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/\/|\/|[\w.-]+@[\w.-]+:)[^\s\0]+$/,
    "is no repository address",
  )
  .refine((r) => !/^[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(r), "may not contain a password");

/** Environment variables that a preview gets; their values are masked wherever they would be shown. */
export const Env = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(8000));

export const CreateApp = z.object({
  name: z.string().trim().min(1).max(80),
  repository: Repository,
  branch: BranchName.optional(),
  owner: OwnerId.optional(),
  commands: Commands.optional(),
  env: Env.optional(),
});
export type CreateApp = z.infer<typeof CreateApp>;

export const PatchApp = z.object({
  name: CreateApp.shape.name,
  branch: BranchName,
  commands: Commands,
  env: Env,
}).partial().strict();
export type PatchApp = z.infer<typeof PatchApp>;

export const Named = z.object({ name: z.string().trim().min(1).max(80) });
export const MemberRole = z.object({ role: z.enum(["owner", "member"]) });

export const StartBuild = z.object({ commit: CommitId.optional() });

/** One app in a list. `previewUrl` is its address, whether something answers there or not. */
export const AppSummary = z.object({
  id: AppId,
  name: z.string(),
  owner: OwnerId,
  repository: z.string(),
  branch: z.string(),
  status: PreviewState,
  pendingBuild: z.boolean(),
  commit: CommitId.nullable(),
  previewUrl: z.string(),
  updatedAt: z.string(),
});
export type AppSummary = z.infer<typeof AppSummary>;

export const DeployView = z.object({
  id: DeployId,
  commit: CommitId,
  trigger: DeployTrigger,
  status: DeployStatus,
  error: z.string().nullable(),
  /** ISO 8601 */
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type DeployView = z.infer<typeof DeployView>;
