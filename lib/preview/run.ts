/** One claimed build from its claim to the end of its instance: builds, keeps the lease, tells the coordinator. */
import { logError } from "../log.ts";
import type { App } from "./app.ts";
import type { Input } from "./machine.ts";
import type { Build } from "./record.ts";
import type { Runner } from "./runner.ts";
import type { LeaseKind, LogStore, PreviewStore } from "./store.ts";
import type { AppId } from "../protocol/ids.ts";

/** milliseconds */
export const RENEW_EVERY = 10_000;
const LEASE_LIFE = 30_000;

export interface RunPorts {
  readonly store: Pick<PreviewStore, "renew" | "release" | "active">;
  readonly logs: LogStore;
  readonly runner: Runner;
  /** Milliseconds without requests before the instance is put to sleep. */
  readonly sleepAfter: number;
  readonly now: () => number;
  /** Commits an input; resolves to whether this token still stands in the record. */
  commit(appId: AppId, input: Input, token: string): Promise<boolean>;
}

export interface Run {
  readonly appId: AppId;
  readonly token: string;
  /** Ends all its processes; what stands in the record is not touched. */
  stop(): Promise<void>;
  /**
   * Gives the lease back, so that another isolate need not wait for it; from then on nothing is committed of a build.
   * @param handOver in good order: it is not held against the build
   */
  release(handOver: boolean): Promise<void>;
  /** Resolves when nothing of it is left. */
  readonly done: Promise<void>;
}

export function startRun(
  ports: RunPorts,
  app: App,
  build: Build & { token: string },
  reuse: string | null,
): Run {
  const { store, logs, runner, now } = ports;
  const { token, deployId, commit } = build;
  const appId = app.id;
  let kind: LeaseKind = "build";
  const writer = logs.writer(appId, deployId, token, () => void run.stop());
  const run = runner.start({ app, deployId, commit, token, reuse }, {
    write: (lines) => writer.write(lines),
    starting: async () => {
      await ports.commit(appId, { type: "phase-changed", token, phase: "starting" }, token);
    },
  });

  let ended = false;
  let released = false;
  let renewing = Promise.resolve();
  const renewal = setInterval(() => renewing = renew(), RENEW_EVERY);
  async function renew(): Promise<void> {
    const until = now() + LEASE_LIFE;
    try {
      if (await store.renew(appId, kind, token, until)) return;
      // A build that went live has another lease, also where the answer of the commit that said so is still on its way.
      if (await store.renew(appId, "instance", token, until)) return;
      if (!ended) await run.stop();
    } catch {
      // The store is away: the lease lapses if it stays away, and whoever takes over fences this run.
    }
  }

  let idle: ReturnType<typeof setTimeout> | undefined;
  /** Puts the instance to sleep once nobody asked it for anything for a while (A19). */
  async function watchIdle(since: number): Promise<void> {
    let wait = Math.min(ports.sleepAfter, 60_000);
    try {
      const last = Math.max(since, await store.active(appId));
      wait = last + ports.sleepAfter - now();
      if (wait <= 0) {
        await ports.commit(appId, { type: "container-stopped", token, reason: "idle" }, token);
        return;
      }
    } catch {
      // Asked again after a while.
    }
    if (!ended) idle = setTimeout(() => void watchIdle(since), Math.max(wait, 50));
  }

  /**
   * Commits until the store answers: a result must not be lost to a store that is away for a while, and one that was
   * applied without an answer is found in the record.
   * @returns whether the token still stands
   */
  async function save(input: Input): Promise<boolean> {
    for (let wait = 250;; wait = Math.min(wait * 2, 10_000)) {
      try {
        return await ports.commit(appId, input, token);
      } catch (error) {
        logError("run-commit-failed", error, { appId, deployId });
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      // Handed over meanwhile: whoever claims the build next tells how it ends.
      if (released) return false;
    }
  }

  async function live(): Promise<void> {
    const outcome = await run.outcome;
    await writer.flush();
    if (!outcome.ok) {
      if (released) return;
      await save({ type: "build-failed", token, message: outcome.message });
      await run.stop();
      await writer.flush();
      return;
    }
    const { url, instanceId, workspace } = outcome;
    if (!await save({ type: "build-succeeded", token, instanceId, url, workspace })) {
      await run.stop();
      return;
    }
    kind = "instance";
    void watchIdle(now());
    const { exitCode, signal } = await run.stopped;
    await writer.flush();
    await save({
      type: "container-stopped",
      token,
      reason: signal !== null || tellsOfSignal(exitCode) ? "signal" : "exit",
      ...(exitCode === null ? {} : { exitCode }),
    });
  }

  const done = live().finally(() => {
    ended = true;
    writer.close();
    clearInterval(renewal);
    clearTimeout(idle);
  });

  return {
    appId,
    token,
    stop: async () => void await run.stop(),
    async release(handOver) {
      released = true;
      clearInterval(renewal);
      // A renewal under way would give it back its whole life.
      await renewing;
      await store.release(appId, kind, token, handOver);
    },
    done,
  };
}

/**
 * True for what a shell, npm or `deno task` exits with when the app under it was ended by a signal: 128 and its number.
 * Killed for want of memory is 137.
 */
function tellsOfSignal(exitCode: number | null): boolean {
  return exitCode !== null && exitCode > 128 && exitCode < 128 + 32;
}
