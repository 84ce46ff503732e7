/** Many schedules, on all cores. */
import type { Verdict } from "./schedule.ts";

export interface Batch {
  readonly from: number;
  readonly count: number;
  readonly workers?: number;
  /** Stops after so many schedules that failed. */
  readonly enough?: number;
  readonly onVerdict?: (verdict: Verdict) => void;
}

export interface BatchResult {
  readonly verdicts: readonly Verdict[];
  readonly failed: readonly Verdict[];
  readonly milliseconds: number;
}

/** Schedules that a worker takes at once. */
const PORTION = 20;

export async function runBatch(batch: Batch): Promise<BatchResult> {
  const { from, count, enough = 10, workers = navigator.hardwareConcurrency + 1 } = batch;
  const began = performance.now();
  const verdicts: Verdict[] = [];
  const failed: Verdict[] = [];
  let next = from;
  const portion = () => {
    const size = failed.length >= enough ? 0 : Math.min(PORTION, from + count - next);
    const seeds = Array.from({ length: size }, (_, i) => next + i);
    next += size;
    return seeds;
  };
  await Promise.all(Array.from({ length: workers }, () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const end = () => {
        worker.terminate();
        resolve();
      };
      const give = () => {
        const seeds = portion();
        if (seeds.length > 0) worker.postMessage(seeds);
        else end();
      };
      worker.onmessage = ({ data: verdict }: MessageEvent<Verdict | null>) => {
        if (verdict === null) return give();
        verdicts.push(verdict);
        batch.onVerdict?.(verdict);
        if (verdict.violations.length > 0) failed.push(verdict);
        if (failed.length >= enough) end();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        reject(new Error(event.message));
      };
      give();
    })));
  return { verdicts, failed, milliseconds: performance.now() - began };
}
