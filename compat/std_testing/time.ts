/**
 * `@std/testing/time`: a clock for tests that moves only when told to.
 * It stands in while JSR cannot be reached.
 * @module
 */
import { fakeDate } from "./fake_date.ts";
import { Timers } from "./timers.ts";

const GLOBALS = ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

// Taken when the module loads: what the test runner and we ourselves go on using.
const real = Object.fromEntries(GLOBALS.map((name) => [name, globalThis[name]])) as unknown as
  & { Date: typeof Date }
  & Pick<typeof globalThis, typeof GLOBALS[number]>;

/** What is thrown for misuse of a {@link FakeTime}. */
export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

let active: FakeTime | undefined;

/**
 * Replaces Date, setTimeout, setInterval and their clears until `restore()`, or until the end of the block of a
 * `using` declaration.
 */
export class FakeTime {
  #now: number;
  #start: number;
  #timers = new Timers();

  /** @throws {TimeError} when the time is faked already. */
  constructor(start?: number | string | Date | null) {
    if (active !== undefined) throw new TimeError("Cannot construct FakeTime: time is already faked");
    const ms = new real.Date(start ?? real.Date.now()).valueOf();
    if (Number.isNaN(ms)) throw new TimeError("Cannot construct FakeTime: invalid start time");
    this.#now = this.#start = ms;
    active = this;
    Object.assign(globalThis, this.#fakes());
  }

  /** Gives the real time back, whichever FakeTime holds it. */
  static restore(): void {
    if (active === undefined) throw new TimeError("Cannot restore time: time is not faked");
    active.restore();
  }

  /** Runs `callback` in real time. */
  static async restoreFor<T>(
    callback: (...args: unknown[]) => Promise<T> | T,
    ...args: unknown[]
  ): Promise<T> {
    if (active === undefined) throw new TimeError("Cannot restore time: time is not faked");
    const fake = active;
    fake.restore();
    try {
      return await callback(...args);
    } finally {
      active = fake;
      Object.assign(globalThis, fake.#fakes());
    }
  }

  /** Milliseconds since the epoch. Setting it runs all timers that fall due on the way. */
  get now(): number {
    return this.#now;
  }

  set now(value: number) {
    if (value < this.#now) {
      throw new TimeError(`Cannot set time to the past: ${value} is before ${this.#now}`);
    }
    for (let due = this.#timers.nextDue(); due !== null && due <= value; due = this.#timers.nextDue()) {
      this.#runNext();
    }
    this.#now = value;
  }

  /** What `now` was at first. */
  get start(): number {
    return this.#start;
  }

  set start(value: number) {
    throw new TimeError(`Cannot set start time to ${value}: it is fixed at construction`);
  }

  /** Waits in real time. */
  delay(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = () => {
        real.clearTimeout.call(globalThis, timer);
        reject(signal!.reason);
      };
      const timer = real.setTimeout.call(globalThis, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Lets promises that are settled already go on. */
  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /** Moves the time on and runs what falls due. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** {@link tick} after the pending microtasks. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Moves on to the next timer and runs it; false when there is none. */
  next(): boolean {
    if (this.#timers.nextDue() === null) return false;
    this.#runNext();
    return true;
  }

  /** {@link next} after the pending microtasks. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Runs timers until none is left. */
  runAll(): void {
    while (this.next());
  }

  /** {@link runAll}, with the microtasks before each timer. */
  async runAllAsync(): Promise<void> {
    while (await this.nextAsync());
    await this.runMicrotasks();
  }

  /** Gives the real time back. */
  restore(): void {
    if (active !== this) throw new TimeError("Cannot restore time: time is already restored");
    active = undefined;
    Object.assign(globalThis, real);
  }

  [Symbol.dispose](): void {
    // A test may have restored by hand.
    if (active === this) this.restore();
  }

  #runNext(): void {
    const timer = this.#timers.takeNext()!;
    this.#now = Math.max(this.#now, timer.due);
    timer.callback();
  }

  #fakes() {
    const start = (repeat: boolean) => (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#timers.add({ callback: () => callback(...args), ms, now: this.#now, repeat });
    const clear = (name: "clearTimeout" | "clearInterval") => (id?: number) => {
      // A timer from before the time was faked is a real one.
      if (!this.#timers.remove(id)) real[name].call(globalThis, id);
    };
    return {
      Date: fakeDate(real.Date, () => this.#now),
      setTimeout: start(false),
      setInterval: start(true),
      clearTimeout: clear("clearTimeout"),
      clearInterval: clear("clearInterval"),
    };
  }
}
