/** From time to time: what isolates that vanished have left, and what is due to go. */
import { logError } from "../log.ts";

/**
 * Takes the steps one after the other, now and every so many milliseconds. One that fails ends the round and is logged:
 * the next round tries again.
 * @returns a function that ends it
 */
export function startSweeper(every: number, steps: readonly (() => unknown)[]): () => void {
  async function sweep(): Promise<void> {
    try {
      for (const step of steps) await step();
    } catch (error) {
      logError("sweep-failed", error);
    }
  }
  const timer = setInterval(sweep, every);
  void sweep();
  return () => clearInterval(timer);
}
