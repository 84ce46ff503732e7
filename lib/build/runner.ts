/** Implements the coordinator's port: has a commit fetched, installed and started, and tells how that goes. */
import type { App } from "../preview/app.ts";
import type { BuildJob, BuildOutcome, BuildRun, BuildSink, Runner, Stopped } from "../preview/runner.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createBuildLog } from "./build_log.ts";
import { type GitCredentials, gitSecrets, gitSource } from "./git.ts";
import { createMasker } from "./mask.ts";
import { STOPPED } from "./messages.ts";
import { prepare } from "./prepare.ts";
import { serve } from "./serve.ts";

export interface RunnerOptions {
  readonly sandbox: Sandbox;
  /** Milliseconds that fetching and installing may take, each. */
  readonly installTimeout: number;
  /** Milliseconds that the app's port may take to open. */
  readonly startTimeout: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Masked in every line besides the app's own secrets. */
  readonly extraSecrets?: readonly string[];
  /** What the Git host wants to see, where the repository is not public. */
  readonly credentials?: (app: App) => Promise<GitCredentials | null>;
  /** Is told of surprises; people get a sentence without details. */
  readonly onError?: (error: unknown) => void;
}

export function createRunner(options: RunnerOptions): Runner {
  return {
    start: (job, sink) => startRun(options, job, sink),
    sweep: (appId, keep) => options.sandbox.sweep(appId, keep),
  };
}

const FAULT =
  "The build could not go on because of a fault on the server. Try again; the server's log has the details.";
const NOTHING_RAN: Stopped = { exitCode: null, signal: null };

function startRun(options: RunnerOptions, job: BuildJob, sink: BuildSink): BuildRun {
  const off = new AbortController();
  const outcome = Promise.withResolvers<BuildOutcome>();

  async function run(): Promise<Stopped> {
    const credentials = await options.credentials?.(job.app) ?? null;
    const source = gitSource(job.app.repository, credentials);
    const masker = createMasker([
      ...Object.values(job.app.env),
      job.app.webhookSecret,
      ...gitSecrets(source),
      ...options.extraSecrets ?? [],
    ]);
    const log = createBuildLog(sink, masker, options.now);
    const fail = (message: string) =>
      outcome.resolve({ ok: false, message: off.signal.aborted ? STOPPED : masker.text(message) });

    const prepared = await prepare({ ...options, job, source, masker, log, signal: off.signal });
    if (!prepared.ok) {
      fail(prepared.message);
      return prepared.exit ?? NOTHING_RAN;
    }
    const started = await serve({ ...options, ...prepared, app: job.app, sink, log, signal: off.signal });
    if (!started.ok) {
      fail(started.message);
      return started.exit;
    }
    const { name: workspace } = prepared;
    outcome.resolve({ ok: true, url: started.url, instanceId: crypto.randomUUID(), workspace });
    return await started.stopped;
  }

  const stopped = run().catch((error): Stopped => {
    // A log that is taken away from its writer ends in a throw as well; who stopped the run knows why.
    if (!off.signal.aborted) (options.onError ?? console.error)(error);
    outcome.resolve({ ok: false, message: off.signal.aborted ? STOPPED : FAULT });
    return NOTHING_RAN;
  }).then(({ exitCode, signal }) => ({ exitCode, signal }));

  return {
    outcome: outcome.promise,
    stopped,
    stop() {
      off.abort();
      return stopped;
    },
  };
}
