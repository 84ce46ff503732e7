/** Builds that do what the schedule tells them, and know what they wrote. */
import type {
  BuildJob,
  BuildOutcome,
  BuildRun,
  BuildSink,
  Runner,
  Stopped,
} from "../../../lib/preview/runner.ts";

/** What a build says that failed by itself. */
export const BROKE = "the build broke";

export class FakeRun implements BuildRun {
  readonly #outcome = Promise.withResolvers<BuildOutcome>();
  readonly #stopped = Promise.withResolvers<Stopped>();
  readonly outcome = this.#outcome.promise;
  readonly stopped = this.#stopped.promise;
  state: "building" | "live" | "ended" = "building";
  /** Lines that were handed to the log. */
  written = 0;
  stopping = false;
  /** milliseconds */
  readonly startedAt = Date.now();

  constructor(readonly job: BuildJob, readonly sink: BuildSink, readonly onStop: (run: FakeRun) => void) {}

  get alive(): boolean {
    return this.state !== "ended";
  }

  write(count: number, width: number): void {
    for (let i = 0; i < count && this.alive; i++) {
      const message = `${this.job.token} ${this.written++} `.padEnd(width, "x");
      const source = this.state === "live" ? "dev-server" : "build";
      void this.sink.write([{ source, stream: "stdout", message, timestamp: Date.now() }]);
    }
  }

  starting(): void {
    // A real runner waits for this, and treats a refusal as its own failure.
    this.sink.starting().catch(() => {});
  }

  succeed(): void {
    if (this.state !== "building") return;
    this.state = "live";
    this.#outcome.resolve({
      ok: true,
      url: "http://127.0.0.1:20000",
      instanceId: this.job.token,
      workspace: this.job.token,
    });
  }

  fail(): void {
    if (this.state !== "building") return;
    this.#outcome.resolve({ ok: false, message: BROKE });
    this.end({ exitCode: 1, signal: null });
  }

  end(how: Stopped): void {
    this.state = "ended";
    this.#outcome.resolve({ ok: false, message: "stopped" });
    this.#stopped.resolve(how);
  }

  stop(): Promise<Stopped> {
    if (!this.stopping) {
      this.stopping = true;
      this.onStop(this);
    }
    return this.stopped;
  }
}

export interface FakeRunnerEvents {
  onStart(run: FakeRun): void;
  /** Called once for each run that is told to stop; it must be ended some time. */
  onStop(run: FakeRun): void;
}

export function createFakeRunner({ onStart, onStop }: FakeRunnerEvents): Runner {
  return {
    start(job, sink) {
      const run = new FakeRun(job, sink, onStop);
      onStart(run);
      return run;
    },
    sweep: () => Promise.resolve(),
  };
}
