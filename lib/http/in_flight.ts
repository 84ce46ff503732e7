/** Answers that are not fully sent yet: a process that ends must not cut off what it has just said (S1, X10). */

export interface InFlight {
  /** Counts something that is under way, until the same is said to have ended. */
  begin(): void;
  end(): void;
  /** @param completed settles when the answer has been sent or its reader has gone */
  track(completed: Promise<unknown>): void;
  readonly size: number;
  /** Resolves when nothing is under way, or after so many milliseconds. @returns how many were left */
  settled(withinMs: number): Promise<number>;
}

export function createInFlight(): InFlight {
  let size = 0;
  let empty: (() => void)[] = [];
  const begin = () => void size++;
  const end = () => {
    if (--size > 0) return;
    for (const resolve of empty) resolve();
    empty = [];
  };
  return {
    begin,
    end,
    track(completed) {
      begin();
      completed.then(end, end);
    },
    get size() {
      return size;
    },
    async settled(withinMs) {
      if (size === 0) return 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        empty.push(resolve);
        timer = setTimeout(resolve, withinMs);
      });
      clearTimeout(timer);
      return size;
    },
  };
}
