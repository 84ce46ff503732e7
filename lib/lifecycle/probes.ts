/** What a supervisor asks a process: whether to restart it, and whether to send it work. */
import { within } from "../within.ts";
import { type HealthAnswer, healthOf, readinessOf, type ReadyAnswer } from "./health.ts";

export interface ProbePorts {
  /** Isolates of this process, as the store has them. */
  readonly count: () => Promise<{ readonly renewing: number; readonly started: number }>;
  /** How many workers the process was told to start, where that is known. */
  readonly workers: number | undefined;
  readonly draining: () => boolean;
  readonly now: () => number;
}

export interface Probes {
  health(): Promise<HealthAnswer>;
  readiness(): Promise<ReadyAnswer>;
}

/** Milliseconds that the store gets to answer a readiness probe. */
const STORE_WITHIN = 1_000;

export function createProbes({ count, workers, draining, now }: ProbePorts): Probes {
  const startedAt = now();
  return {
    health: async () => healthOf(await count().catch(() => null), workers, now() - startedAt),
    async readiness() {
      const answered = await within(STORE_WITHIN, count().then(() => true, () => false)) ?? false;
      return readinessOf(answered ? "ok" : "unavailable", draining());
    },
  };
}
