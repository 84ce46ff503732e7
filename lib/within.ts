/** What the promise resolves with, or undefined when that takes longer than so many milliseconds; it goes on then. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(resolve, ms, undefined));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
