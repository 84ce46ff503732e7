/** Brings exactly one commit into a workspace (A14, S4): neither a newer one nor the history around it. */
import type { Exit, Workspace } from "../sandbox/sandbox.ts";
import { createLineReader, type RawLine } from "./lines.ts";
import { createTail } from "./tail.ts";
import {
  checkoutArgs,
  classifyComplaint,
  fetchBranchArgs,
  fetchCommitArgs,
  GIT_CONFIG,
  GIT_CONFIG_PATH,
  gitCommand,
  gitEnvironment,
  type GitSource,
  hasCommitArgs,
  initArgs,
} from "./git.ts";

export interface FetchOptions {
  readonly source: GitSource;
  readonly commit: string;
  /** Where to look for the commit when the host does not hand it out by its name. */
  readonly branch: string;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Masks what git says. */
  readonly mask: (raws: readonly RawLine[]) => string[];
}

export type FetchFailure =
  | "commit_gone"
  | "repository_not_found"
  | "unreachable"
  | "timed_out"
  | "stopped"
  | "other";

/** `said` is git's own words. */
export type Fetched = { readonly ok: true } | {
  readonly ok: false;
  readonly code: FetchFailure;
  readonly said: readonly string[];
};

export async function fetchCommit(workspace: Workspace, options: FetchOptions): Promise<Fetched> {
  const { source, commit, branch, now } = options;
  const deadline = now() + options.timeout;
  const git = (args: readonly string[]) => runGit(workspace, args, options, Math.max(1, deadline - now()));

  await workspace.writeFile(GIT_CONFIG_PATH, GIT_CONFIG);
  const initialised = await git(initArgs());
  if (!initialised.ok) return initialised;

  const fetched = await git(fetchCommitArgs(source, commit));
  if (!fetched.ok) {
    if (fetched.complaint !== "commit_refused") return fetched;
    const whole = await git(fetchBranchArgs(source, branch));
    if (!whole.ok) return whole;
    const has = await git(hasCommitArgs(commit));
    if (!has.ok) return { ...has, code: has.code === "other" ? "commit_gone" : has.code };
  }
  return await git(checkoutArgs(commit));
}

type GitRun = { readonly ok: true } | (Fetched & { readonly ok: false; readonly complaint: string });

async function runGit(
  workspace: Workspace,
  args: readonly string[],
  { source, signal, mask }: FetchOptions,
  timeout: number,
): Promise<GitRun> {
  const tail = createTail(20);
  const readers = { stdout: createLineReader(), stderr: createLineReader() };
  const exit = await workspace.run({
    command: gitCommand(args),
    env: gitEnvironment(source),
    timeout,
    signal,
    output: (stream, bytes) => mask(readers[stream].push(bytes)).forEach(tail.push),
  });
  for (const reader of Object.values(readers)) mask(reader.end()).forEach(tail.push);
  if (exit.exitCode === 0) return { ok: true };
  const said = tail.lines();
  const complaint = classifyComplaint(said.join("\n"));
  return { ok: false, code: failureOf(exit, complaint, signal), said, complaint };
}

function failureOf(exit: Exit, complaint: string, signal: AbortSignal): FetchFailure {
  if (signal.aborted) return "stopped";
  if (exit.timedOut) return "timed_out";
  if (complaint === "commit_refused" || complaint === "branch_missing") return "commit_gone";
  if (complaint === "repository_not_found" || complaint === "unreachable") return complaint;
  return "other";
}
