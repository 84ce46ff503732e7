/** Many schedules, on all cores. */
import type { Verdict } from "./schedule.ts";

export interface Batch {
  readonly from: number;
  readonly count: number;
  readonly workers?: number;
  /** Stops after so many schedules that failed. */
  readonly enough?: number;
}

export interface BatchResult {
  readonly verdicts: readonly Verdict[];
  readonly failed: readonly Verdict[];
  readonly milliseconds: number;
}

/** Schedules that a worker takes at once. */
const PORTION = 20;
/** Milliseconds after which a schedule, which takes some tens of them, is taken to hang. */
const NEVER = 30_000;

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
  const note = (verdict: Verdict) => {
    verdicts.push(verdict);
    if (verdict.violations.length > 0) failed.push(verdict);
  };
  await Promise.all(Array.from({ length: workers }, () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      let late: ReturnType<typeof setTimeout> | undefined;
      const end = () => {
        clearTimeout(late);
        worker.terminate();
        resolve();
      };
      const give = () => {
        const seeds = portion();
        if (seeds.length > 0) worker.postMessage(seeds);
        else end();
      };
      worker.onmessage = ({ data }: MessageEvent<number | Verdict | null>) => {
        clearTimeout(late);
        if (data === null) return give();
        if (typeof data === "number") {
          late = setTimeout(() => {
            note({ seed: data, violations: ["it never ends"], turns: 0, revs: 0, items: 0 });
            end();
          }, NEVER);
          return;
        }
        note(data);
        if (failed.length >= enough) end();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        clearTimeout(late);
        worker.terminate();
        reject(new Error(event.message));
      };
      give();
    })));
  return { verdicts, failed, milliseconds: performance.now() - began };
}
