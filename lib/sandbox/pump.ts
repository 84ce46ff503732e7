/** Hands on what a pipe says, no faster than it is taken. */
import type { Command } from "./sandbox.ts";

export interface Pump {
  /** Resolves at the pipe's end, or when it was given up. Rejects with what `output` threw; the rest is then discarded. */
  readonly done: Promise<void>;
  /**
   * To be called when nobody should be left to write. A process that escaped may hold the pipe open, so a pipe that
   * stays silent for `ms` is given up. What is there already is read in any case, however slowly it is taken.
   */
  giveUpAfter(ms: number): void;
}

export function pump(
  pipe: ReadableStream<Uint8Array>,
  stream: "stdout" | "stderr",
  output: Command["output"],
  onFailure: () => void,
): Pump {
  const reader = pipe.getReader();
  let patience: number | null = null;
  let reading = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function arm(): void {
    if (patience === null || !reading) return;
    timer = setTimeout(() => void reader.cancel().catch(() => {}), patience);
  }

  async function run(): Promise<void> {
    let failure: { error: unknown } | null = null;
    while (true) {
      reading = true;
      arm();
      const { done, value } = await reader.read();
      reading = false;
      clearTimeout(timer);
      if (done) break;
      if (failure !== null) continue;
      try {
        await output(stream, value);
      } catch (error) {
        failure = { error };
        onFailure();
      }
    }
    if (failure !== null) throw failure.error;
  }

  return {
    done: run(),
    giveUpAfter(ms) {
      if (patience !== null) return;
      patience = ms;
      arm();
    },
  };
}
