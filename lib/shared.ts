/** One read for all who ask for the same at once. */

/**
 * Whoever asks while a read of that name is under way is served by the next one, so that nobody gets what was true before
 * he asked. All who share a read get the same value: it must not be changed.
 * @param read gets what the first of those who share it gave besides the name: the same as any other would have given
 * @param gather how long to wait for others before each read; not at all unless told
 */
export function shared<N extends string, T, A extends unknown[]>(
  read: (name: N, ...given: A) => Promise<T>,
  gather?: () => Promise<unknown>,
): (name: N, ...given: A) => Promise<T> {
  /** Asked for, and not begun. */
  const next = new Map<N, Promise<T>>();
  const running = new Map<N, Promise<unknown>>();

  async function begin(name: N, given: A): Promise<T> {
    // Behind the one under way; and whoever asks in the same turn belongs to this one.
    await running.get(name);
    await gather?.();
    next.delete(name);
    const reading = read(name, ...given);
    const settled = reading.then(() => {}, () => {}).then(() => {
      if (running.get(name) === settled) running.delete(name);
    });
    running.set(name, settled);
    return await reading;
  }

  return (name, ...given) => {
    let asked = next.get(name);
    if (!asked) next.set(name, asked = begin(name, given));
    return asked;
  };
}
