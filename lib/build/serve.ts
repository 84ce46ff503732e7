/** The second half of a build: the app is started, and live when its port answers (A13). */
import type { App } from "../preview/app.ts";
import type { BuildSink } from "../preview/runner.ts";
import type { Exit, Served, Workspace } from "../sandbox/sandbox.ts";
import type { BuildLog } from "./build_log.ts";
import { exitedMessage, noPortMessage, seconds } from "./messages.ts";
import type { Step } from "./package_manager.ts";
import { stepEnvironment } from "./step_environment.ts";

export interface Serving {
  readonly workspace: Workspace;
  readonly app: App;
  readonly start: Step;
  readonly sink: BuildSink;
  readonly log: BuildLog;
  /** Milliseconds */
  readonly startTimeout: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** `stopped` resolves when the app has ended and its last line was handed on; rejects as the sink does. */
export type Started =
  | { readonly ok: true; readonly url: string; readonly stopped: Promise<Exit> }
  | { readonly ok: false; readonly message: string; readonly exit: Exit };

/** The first looks come quickly, since many apps are up at once; then it is the app that should have the processor. */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 250;

export async function serve(serving: Serving): Promise<Started> {
  const { workspace, app, start, sink, log, now, signal } = serving;
  const { label, command } = start;
  signal.throwIfAborted();
  const begun = now();
  await log.say(`▸ start: ${label}`);
  const listener = log.listen("dev-server");
  const served = await workspace.serve({
    command,
    env: stepEnvironment({ HOST: "127.0.0.1", ...app.env }),
    signal,
    output: listener.output,
  });
  const stopped = served.stopped.then(async (exit) => {
    await listener.end();
    return exit;
  });
  // Whoever waits for it hears of a failure; until then it must not count as an unhandled one.
  stopped.catch(() => {});

  try {
    await sink.starting();
    const answered = await answersInTime(served, stopped, serving.startTimeout, now);
    if (answered) {
      await log.say(`✓ live after ${seconds(now() - begun)}`);
      return { ok: true, url: served.url, stopped };
    }
  } catch (error) {
    await served.stop().catch(() => {});
    throw error;
  }

  const early = await Promise.race([stopped, null]);
  await served.stop();
  const exit = await stopped;
  await log.say(`✗ start after ${seconds(now() - begun)}`);
  const tail = listener.tail();
  const message = early === null
    ? noPortMessage(label, new URL(served.url).port, serving.startTimeout, tail)
    : exitedMessage({ label, exit, tail });
  return { ok: false, message, exit };
}

/** False when the app ended first, or the time did. */
async function answersInTime(
  served: Served,
  stopped: Promise<Exit>,
  timeout: number,
  now: () => number,
): Promise<boolean> {
  const deadline = now() + timeout;
  let pause = FIRST_LOOK_MS;
  while (now() < deadline) {
    const answers = await served.answers();
    // Something else may answer there when the app is gone already.
    if (await Promise.race([stopped, null]) !== null) return false;
    if (answers) return true;
    if (await endsWithin(stopped, Math.min(pause, Math.max(1, deadline - now())))) return false;
    pause = Math.min(LAST_LOOK_MS, pause * 1.5);
  }
  return false;
}

async function endsWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    clearTimeout(timer!);
  }
}
