/** The first half of a build: a workspace in which the commit is there and installed. */
import type { BuildJob } from "../preview/runner.ts";
import type { Exit, Sandbox, Workspace } from "../sandbox/sandbox.ts";
import type { BuildLog } from "./build_log.ts";
import { readCheckout, readInstalled, writeInstalled } from "./checkout.ts";
import { detect, type Plan } from "./detect.ts";
import { fetchCommit } from "./fetch.ts";
import type { GitSource } from "./git.ts";
import type { Masker } from "./mask.ts";
import { fetchMessage, installMessage, seconds } from "./messages.ts";
import type { Step } from "./package_manager.ts";
import { stepEnvironment } from "./step_environment.ts";

export interface Preparation {
  readonly sandbox: Sandbox;
  readonly job: BuildJob;
  readonly source: GitSource;
  readonly masker: Masker;
  readonly log: BuildLog;
  readonly installTimeout: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** `message` is not masked yet. */
export type Failed = { readonly ok: false; readonly message: string; readonly exit?: Exit };
export type Prepared = {
  readonly ok: true;
  readonly workspace: Workspace;
  /** The workspace's. */
  readonly name: string;
  readonly start: Step;
};

/** @throws what the sink or the sandbox throws, and the signal's reason */
export async function prepare(preparation: Preparation): Promise<Prepared | Failed> {
  const reused = await reuse(preparation);
  if (reused !== null) return reused;

  const { sandbox, job, log, signal } = preparation;
  signal.throwIfAborted();
  const workspace = await sandbox.open(job.app.id, job.token);
  const fetched = await fetchStep(preparation, workspace);
  if (!fetched.ok) return fetched;

  const plan = detect(await readCheckout(workspace), job.app.commands);
  if (!plan.ok) {
    await log.say(`✗ ${plan.message}`);
    return plan;
  }
  signal.throwIfAborted();
  if (plan.install !== null) {
    const installed = await installStep(preparation, workspace, plan.install);
    if (!installed.ok) return installed;
  }
  await writeInstalled(workspace, { commit: job.commit, install: commandOf(plan) });
  return { ok: true, workspace, name: job.token, start: plan.start };
}

/** The workspace of an earlier build, if this very commit was installed there by the command that would be used now. */
async function reuse({ sandbox, job, log }: Preparation): Promise<Prepared | null> {
  if (job.reuse === null || !await sandbox.has(job.app.id, job.reuse)) return null;
  const workspace = await sandbox.open(job.app.id, job.reuse);
  const installed = await readInstalled(workspace);
  if (installed?.commit !== job.commit) return null;
  const plan = detect(await readCheckout(workspace), job.app.commands);
  if (!plan.ok || installed.install !== commandOf(plan)) return null;
  await log.say(`▸ reuse the files of commit ${job.commit.slice(0, 7)}, installed before`);
  return { ok: true, workspace, name: job.reuse, start: plan.start };
}

function commandOf(plan: Plan & { ok: true }): string | null {
  return plan.install?.command ?? null;
}

async function fetchStep(preparation: Preparation, workspace: Workspace): Promise<{ ok: true } | Failed> {
  const { job, source, masker, log, installTimeout, now, signal } = preparation;
  const { branch } = job.app;
  const label = `fetch ${job.commit.slice(0, 7)}`;
  const begun = now();
  await log.say(`▸ ${label}`);
  const fetched = await fetchCommit(workspace, {
    source,
    commit: job.commit,
    branch,
    timeout: installTimeout,
    now,
    signal,
    mask: masker.lines,
  });
  if (fetched.ok) {
    await log.say(`✓ ${label} in ${seconds(now() - begun)}`);
    return fetched;
  }
  for (const line of fetched.said) await log.say(line);
  await log.say(`✗ ${label} after ${seconds(now() - begun)}`);
  const about = {
    commit: job.commit,
    address: source.address,
    branch,
    timeout: installTimeout,
    said: fetched.said,
  };
  return { ok: false, message: fetchMessage(fetched.code, about) };
}

async function installStep(
  { job, log, installTimeout, now, signal }: Preparation,
  workspace: Workspace,
  { label, command }: Step,
): Promise<{ ok: true } | Failed> {
  const begun = now();
  await log.say(`▸ install: ${label}`);
  const listener = log.listen("build");
  const exit = await workspace.run({
    command,
    env: stepEnvironment(job.app.env),
    timeout: installTimeout,
    signal,
    output: listener.output,
  });
  await listener.end();
  // A command that was called off may still say 0.
  if (exit.exitCode === 0 && !exit.timedOut && !signal.aborted) {
    await log.say(`✓ install in ${seconds(now() - begun)}`);
    return { ok: true };
  }
  await log.say(`✗ install after ${seconds(now() - begun)}`);
  return { ok: false, message: installMessage({ label, exit, tail: listener.tail() }, installTimeout), exit };
}
