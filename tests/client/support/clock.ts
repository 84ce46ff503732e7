/** A clock that stands still until a test moves it. */
import type { Timers } from "../../../lib/client/seams.ts";

export class Clock {
  time = 1_700_000_000_000;
  #next = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  readonly now = () => this.time;
  readonly timers: Timers = {
    start: (ms, callback) => {
      this.#timers.set(++this.#next, { at: this.time + ms, callback });
      return this.#next;
    },
    cancel: (timer) => void this.#timers.delete(timer as number),
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** The machine sleeps for so many ms: the clock goes on, and no timer does. */
  sleep(ms: number): void {
    this.time += ms;
    for (const timer of this.#timers.values()) timer.at += ms;
  }

  /** Moves on by so many ms and runs what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, callback }] = due;
      this.#timers.delete(id);
      this.time = Math.max(this.time, at);
      callback();
    }
    this.time = end;
  }
}
