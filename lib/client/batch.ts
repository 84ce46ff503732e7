/** Collects many small additions into one: a burst of 1,000 lines shall render once, not 1,000 times. */

/** Calls back once, soon. */
export type Schedule = (flush: () => void) => void;

/** The next frame; where none will come (a hidden tab, no page), the next microtask. */
export const nextFrame: Schedule = (flush) => {
  const painted = globalThis.document?.visibilityState === "visible" && globalThis.requestAnimationFrame;
  if (painted) requestAnimationFrame(flush);
  else queueMicrotask(flush);
};

/**
 * @param limit only the newest so many are kept for the flush: a tab that was hidden between its request for a
 *   frame and the frame may collect for hours
 * @returns adds one item to the next batch
 */
export function batch<T>(flush: (items: T[]) => void, schedule: Schedule, limit: number): (item: T) => void {
  let items: T[] = [];
  return (item) => {
    if (items.push(item) === 1) {
      schedule(() => {
        const full = items;
        items = [];
        flush(full.slice(-limit));
      });
    }
    // Not at each item beyond the limit, or every one of them would move all the others.
    if (items.length >= 2 * limit) items = items.slice(-limit);
  };
}
