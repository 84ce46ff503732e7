/** Waits for what a callback brings, without sleeping. */

/** Conditions that are looked at again at every `poke`. */
export class Waiter {
  #waiting: { holds: () => boolean; done: () => void }[] = [];

  poke(): void {
    this.#waiting = this.#waiting.filter(({ holds, done }) => {
      if (!holds()) return true;
      done();
      return false;
    });
  }

  /** @throws Error after 10 s, which no test here needs unless it has failed */
  async until(holds: () => boolean, what = String(holds)): Promise<void> {
    if (holds()) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Waited in vain for: ${what}`)), 10_000);
    });
    const done = new Promise<void>((done) => this.#waiting.push({ holds, done }));
    try {
      await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
