/** Runs schedules in a realm of its own: while one runs, time and chance in it are the schedule's. */
/// <reference lib="deno.worker" />
import { runSchedule } from "./schedule.ts";

self.onmessage = async ({ data: seeds }: MessageEvent<number[]>) => {
  for (const seed of seeds) {
    self.postMessage(seed);
    self.postMessage(await runSchedule(seed));
  }
  self.postMessage(null);
};
