/**
 * One thing at a time, and chance decides which: every call to the store, every answer, message and read of a socket is
 * a task. Nothing moves between two tasks, so a schedule is the order of its tasks, and a seed is a schedule.
 */
import { setImmediate } from "node:timers";
import type { Clock, Owner } from "./clock.ts";
import type { Random } from "./random.ts";

export interface Task {
  /** The isolate that it happens in; null for the world outside. */
  readonly owner: Owner | null;
  readonly label: string;
  /** Not before this time. */
  readonly at: number;
  run(): void | Promise<void>;
}

/** Lets all that follows from a task happen. */
const drain = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Tasks of one instant; more means that something goes round in circles. */
const TOO_MANY = 20_000;

export class Scheduler {
  /** While true, tasks come in any order and time runs on before all are done. */
  stormy = true;
  #tasks: Task[] = [];
  #turns = 0;

  constructor(
    readonly clock: Clock,
    readonly random: Random,
    readonly tell: (text: string) => void,
  ) {}

  /** Tasks and timers that were run. */
  get turns(): number {
    return this.#turns;
  }

  /** @param wait milliseconds from now */
  add(owner: Owner | null, label: string, run: () => void | Promise<void>, wait = 0): void {
    if (owner?.alive === false) return;
    this.#tasks.push({ owner, label, run, at: this.clock.now + wait });
  }

  /** Forgets what an isolate that is no more was about to do. */
  bury(owner: Owner): void {
    this.#tasks = this.#tasks.filter((task) => task.owner !== owner);
    this.clock.bury(owner);
  }

  /** Runs so many tasks, or fewer where nothing is left to do now; time may go on by a little. */
  async steps(count: number): Promise<void> {
    for (let i = 0; i < count; i++) if (!await this.#step(this.clock.now + 50)) return;
  }

  /** Time goes by, and everything that happens meanwhile. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now + ms;
    const began = this.#turns;
    while (await this.#step(until)) {
      if (this.#turns - began > TOO_MANY) throw new Error("Cannot settle: too much happens");
    }
    this.clock.now = until;
  }

  /** @returns false where nothing is to be done until then */
  async #step(until: number): Promise<boolean> {
    const { clock, random } = this;
    const ready = this.#tasks.filter(({ owner, at }) => at <= clock.now && !owner?.stalled);
    if (ready.length > 0 && !(this.stormy && random.chance(0.02))) {
      const task = this.stormy ? random.pick(ready) : ready[0];
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
      await this.turn(task.owner, task.label, task.run);
      return true;
    }
    const timer = clock.next();
    const waiting = this.#tasks.filter(({ owner, at }) => at > clock.now && !owner?.stalled);
    const soonest = Math.min(timer?.at ?? Infinity, ...waiting.map(({ at }) => at));
    if (soonest > until) return ready.length > 0;
    clock.now = Math.max(clock.now, soonest);
    if (timer && timer.at <= clock.now) {
      clock.fired(timer);
      // What it began may need tasks to end: it is not waited for.
      await this.turn(timer.owner, "timer", () => void timer.call());
    }
    return true;
  }

  /** Does something in an isolate, and lets all happen that follows from it. */
  async turn(owner: Owner | null, label: string, run: () => void | Promise<void>): Promise<void> {
    this.#turns++;
    if (label !== "timer") this.tell(`${owner?.name ?? "world"}: ${label}`);
    this.clock.current = owner;
    try {
      await run();
      await drain();
    } finally {
      this.clock.current = null;
    }
  }
}
