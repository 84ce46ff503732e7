/**
 * Time and chance of a whole schedule: what `Date`, timers and `Math.random` say while it runs. A timer belongs to the
 * isolate whose turn it was when it was set: it dies with it, and waits while it stands still.
 */
import type { Random } from "./random.ts";

/** An isolate, as far as time is concerned. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  readonly stalled: boolean;
}

interface Timer {
  readonly id: number;
  readonly owner: Owner | null;
  readonly call: () => void;
  readonly every: number | null;
  at: number;
}

const START = 1_750_000_000_000;

export class Clock {
  now = START;
  /** Whose turn it is. */
  current: Owner | null = null;
  #timers: Timer[] = [];
  #count = 0;

  /** Milliseconds since the schedule began. */
  get elapsed(): number {
    return this.now - START;
  }

  /** The timer that is due next, of an isolate that moves; undefined where there is none. */
  next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.owner?.stalled) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.id < first.id)) first = timer;
    }
    return first;
  }

  /** Takes the timer off, or to its next round. */
  fired(timer: Timer): void {
    if (timer.every === null) this.#clear(timer.id);
    else timer.at = this.now + timer.every;
  }

  /** An isolate's machine slept for so long: what its timers had left to wait, they have left now. */
  slept(owner: Owner, ms: number): void {
    for (const timer of this.#timers) if (timer.owner === owner) timer.at += ms;
  }

  /** Forgets the timers of an isolate that is no more. */
  bury(owner: Owner): void {
    this.#timers = this.#timers.filter((timer) => timer.owner !== owner);
  }

  #set(call: () => void, ms: number, every: boolean): number {
    const id = ++this.#count;
    const wait = Math.max(Math.trunc(ms || 0), 1);
    if (this.current?.alive === false) return id;
    this.#timers.push({ id, owner: this.current, call, every: every ? wait : null, at: this.now + wait });
    return id;
  }

  #clear(id: unknown): void {
    const at = this.#timers.findIndex((timer) => timer.id === id);
    if (at !== -1) this.#timers.splice(at, 1);
  }

  /** Until the returned function is called, this is the time of everything in this realm. */
  install(random: Random): () => void {
    const undo: (() => void)[] = [];
    const replace = (target: object, name: string, value: unknown) => {
      const before = Object.getOwnPropertyDescriptor(target, name);
      undo.push(() => {
        if (before) Object.defineProperty(target, name, before);
        else delete (target as Record<string, unknown>)[name];
      });
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    };
    const clear = (id: unknown) => this.#clear(id);
    const timer = (every: boolean) => (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#set(() => call(...args), ms, every);
    replace(globalThis, "setTimeout", timer(false));
    replace(globalThis, "setInterval", timer(true));
    replace(globalThis, "clearTimeout", clear);
    replace(globalThis, "clearInterval", clear);
    const now = () => this.now;
    const RealDate = Date;
    replace(
      globalThis,
      "Date",
      class extends RealDate {
        constructor(...args: []) {
          super(...(args.length > 0 ? args : [now()] as unknown as []));
        }
        static override now = now;
      },
    );
    replace(performance, "now", () => this.elapsed);
    replace(Math, "random", random.next);
    const bytes = (array: Uint8Array) => array.map(() => random.int(0, 255));
    replace(crypto, "getRandomValues", (array: Uint8Array) => {
      array.set(bytes(array));
      return array;
    });
    const hex = () => Array.from(bytes(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
    replace(crypto, "randomUUID", () => hex().join(""));
    return () => undo.reverse().forEach((step) => step());
  }
}
