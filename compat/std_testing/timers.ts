interface Timer {
  id: number;
  due: number;
  callback: () => void;
  /** Milliseconds between runs; null for a single one. */
  every: number | null;
}

export interface NewTimer {
  callback: () => void;
  ms: number;
  now: number;
  repeat: boolean;
}

// Far from the ids that the runtime gives: clearing a real timer must not hit a fake one.
const FIRST_ID = 1_000_000_000;

/** The pending timers. Which comes first: the earlier due, and of two alike the older. */
export class Timers {
  #pending = new Map<number, Timer>();
  #nextId = FIRST_ID;

  add({ callback, ms, now, repeat }: NewTimer): number {
    // An interval of 0 would never let the time pass.
    const wait = Math.max(repeat ? 1 : 0, Math.floor(Number(ms)) || 0);
    const id = this.#nextId++;
    this.#pending.set(id, { id, due: now + wait, callback, every: repeat ? wait : null });
    return id;
  }

  /** False when there is no such timer. */
  remove(id: unknown): boolean {
    return this.#pending.delete(id as number);
  }

  nextDue(): number | null {
    return this.#next()?.due ?? null;
  }

  /** The next timer to run, which is then no longer pending, or pending again later. */
  takeNext(): { due: number; callback: () => void } | null {
    const timer = this.#next();
    if (timer === null) return null;
    const { due, callback } = timer;
    this.#pending.delete(timer.id);
    // Set anew, and so behind those that wait already: of two that are due together the older goes first.
    if (timer.every !== null) this.#pending.set(timer.id, { ...timer, due: due + timer.every });
    return { due, callback };
  }

  #next(): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.#pending.values()) {
      if (first === null || timer.due < first.due) first = timer;
    }
    return first;
  }
}
