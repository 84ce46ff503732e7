/** Several isolates over one real KV: each can be killed before or after any of its calls to the store. */
import { type Coordinator, createCoordinator } from "../../lib/preview/coordinator.ts";
import type {
  BuildJob,
  BuildOutcome,
  BuildRun,
  BuildSink,
  Runner,
  Stopped,
} from "../../lib/preview/runner.ts";
import type { LogStore, PreviewStore } from "../../lib/preview/store.ts";
import { createLogStore } from "../../lib/kv/logs.ts";
import { createPreviewStore } from "../../lib/kv/previews.ts";
import { createAppWatcher } from "../../lib/kv/watch.ts";
import { APP_ID, URL } from "./samples.ts";

const never = new Promise<never>(() => {});

/** Calls to the store under way, of all isolates. */
export const traffic = { calls: 0, total: 0 };

/** A build that does what the test tells it. */
export class FakeRun implements BuildRun {
  readonly #outcome = Promise.withResolvers<BuildOutcome>();
  readonly #stopped = Promise.withResolvers<Stopped>();
  readonly outcome = this.#outcome.promise;
  readonly stopped = this.#stopped.promise;
  alive = true;
  constructor(readonly job: BuildJob, readonly sink: BuildSink) {}

  succeed(): void {
    if (this.alive) {
      this.#outcome.resolve({
        ok: true,
        url: "http://127.0.0.1:20000",
        instanceId: this.job.token,
        workspace: this.job.token,
      });
    }
  }
  fail(): void {
    this.#outcome.resolve({ ok: false, message: "the build failed" });
    this.exit(null);
  }
  exit(signal: string | null): void {
    this.alive = false;
    this.#outcome.resolve({ ok: false, message: "stopped" });
    this.#stopped.resolve({ exitCode: signal ? null : 1, signal });
  }
  stop(): Promise<Stopped> {
    this.exit("SIGTERM");
    return this.stopped;
  }
}

export interface Isolate {
  readonly coordinator: Coordinator;
  readonly runs: FakeRun[];
  viewers: boolean;
  readonly alive: boolean;
  /** Dies at the n-th next call to the store, before or after it took effect. */
  dieAfter(calls: number): void;
  kill(): void;
  close(): void;
}

export function createIsolate(kv: Deno.Kv, isolateId: string, now: () => number): Isolate {
  let alive = true;
  let callsLeft = Infinity;
  const watcher = createAppWatcher(kv);
  const runs: FakeRun[] = [];

  const kill = () => {
    alive = false;
    watcher.close();
    for (const run of runs) run.alive = false;
  };
  /** Calls of a dead isolate neither happen nor return. */
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          if (!alive) return await never;
          const dies = --callsLeft <= 0;
          if (dies && callsLeft === 0 && args.length % 2 === 0) {
            kill();
            return await never;
          }
          traffic.calls++;
          traffic.total++;
          const result = await member.apply(object, args).finally(() => traffic.calls--);
          if (dies) kill();
          return alive ? result : await never;
        };
      },
    });

  const logs: LogStore = createLogStore(kv, { announce: () => {} });
  const runner: Runner = {
    start(job, sink) {
      const run = new FakeRun(job, sink);
      runs.push(run);
      return run;
    },
    sweep: () => Promise.resolve(),
  };
  const isolate = { viewers: false };
  const coordinator = createCoordinator({
    isolateId,
    store: mortal<PreviewStore>(createPreviewStore(kv)),
    logs: {
      head: logs.head,
      writer(...args) {
        const writer = logs.writer(...args);
        return {
          write: (line) => alive ? writer.write(line) : never,
          flush: () => alive ? writer.flush() : never,
          close: writer.close,
        };
      },
    },
    runner,
    hasViewers: () => isolate.viewers,
    previewUrl: () => URL,
    announce: () => {},
    watch: (appId, changed) => watcher.attend(appId, () => alive && changed()),
    sleepAfter: 600_000,
    now,
  });
  const unattend = coordinator.attend(APP_ID);
  return Object.assign(isolate, {
    coordinator,
    runs,
    get alive() {
      return alive;
    },
    dieAfter: (calls: number) => void (callsLeft = calls),
    kill,
    close() {
      unattend();
      watcher.close();
      for (const run of runs) run.exit("SIGKILL");
    },
  });
}
