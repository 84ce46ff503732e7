/** Asks a Git host where a branch stands: when an app is made, and when two pushes cannot be told apart. */
import * as z from "zod";
import { BranchName, Repository } from "../protocol/api.ts";
import { CommitId } from "../protocol/ids.ts";
import type { Workspace } from "../sandbox/sandbox.ts";
import {
  classifyComplaint,
  GIT_CONFIG,
  gitCommand,
  type GitCredentials,
  gitEnvironment,
  gitSource,
  lsRemoteArgs,
  parseLsRemote,
} from "./git.ts";

const TIMEOUT_MS = 15_000;
/** A repository may hold any number of refs, but we ask for one. */
const MAX_ANSWER = 65_536;
const CONFIG_PATH = "gitconfig";

const Question = z.object({ repository: Repository, branch: BranchName.optional() });

export interface BranchQuestion {
  readonly repository: string;
  /** The host's default branch if not given. */
  readonly branch?: string;
  readonly credentials?: GitCredentials;
}

/** `message` is for people and holds no secret. */
export type BranchAnswer =
  | { readonly ok: true; readonly commit: CommitId; readonly branch: string }
  | {
    readonly ok: false;
    readonly code: "repository_not_found" | "branch_not_found";
    readonly message: string;
  };

/** @param workspace one that holds nothing else; takes 15 s at most */
export async function resolveBranch(workspace: Workspace, question: BranchQuestion): Promise<BranchAnswer> {
  const parsed = Question.safeParse(question);
  if (!parsed.success) return notFound("This is no repository address or no branch name.");
  const { repository, branch = null } = parsed.data;
  const source = gitSource(repository, question.credentials);
  await workspace.writeFile(CONFIG_PATH, GIT_CONFIG);
  const said = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const exit = await workspace.run({
    command: gitCommand(lsRemoteArgs(source, branch), CONFIG_PATH),
    env: gitEnvironment(source),
    timeout: TIMEOUT_MS,
    output: (stream, bytes) => {
      if (said[stream].length < MAX_ANSWER) said[stream] += decoders[stream].decode(bytes, { stream: true });
    },
  });
  if (exit.timedOut) return notFound(`${source.address} did not answer within 15 s. Try again later.`);
  if (exit.exitCode !== 0) {
    return notFound(
      classifyComplaint(said.stderr) === "unreachable"
        ? `${source.address} cannot be reached. Check the address, or try again later.`
        : `${source.address} cannot be read. Check the address, and that it is public or that access was given.`,
    );
  }
  const found = parseLsRemote(said.stdout, branch);
  if (found === null) {
    return {
      ok: false,
      code: "branch_not_found",
      message: branch === null
        ? `${source.address} has no default branch. Push a first commit, or name a branch.`
        : `${source.address} has no branch ${branch}. Check the name, or push the branch.`,
    };
  }
  return { ok: true, commit: CommitId.parse(found.commit), branch: found.branch };
}

function notFound(message: string): BranchAnswer {
  return { ok: false, code: "repository_not_found", message };
}
