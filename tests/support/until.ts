/** Waiting for what must come true, by asking again, and never for a time to pass. */

export interface Patience {
  /** Milliseconds. */
  readonly within?: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
  /** What the state of things was, for the message of a failure. */
  readonly about?: () => unknown;
}

/**
 * Asks until the answer is truthy.
 *
 * @returns the answer
 * @throws when it did not come in time; what the last look threw is the cause
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { within = 15_000, every = 50, about }: Patience = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + within;
  let cause: unknown;
  do {
    try {
      const answer = await look();
      if (answer) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  } while (performance.now() < deadline);
  const state = about ? `\n${await about()}` : "";
  throw new Error(`Not within ${within} ms: ${what}${state}`, { cause });
}
