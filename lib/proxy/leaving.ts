/** Tells when a visitor leaves before his answer has begun. */

export interface LeaveWatch {
  /** @returns what ends the watch; `onLeave` is not called afterwards */
  watch(req: Request, onLeave: () => void): () => void;
}

interface Waiting {
  readonly req: Request;
  readonly onLeave: () => void;
  /** Where it listens. */
  signal?: AbortSignal;
}

/**
 * `req.signal` costs a fifth of all that a small answer takes. Most answers begin within a millisecond, so only those listen
 * that wait longer; it tells them of what has happened before, too. One timer serves all that wait.
 *
 * @param patience milliseconds; who leaves is noticed after twice as many at the latest
 */
export function createLeaveWatch(patience = 20): LeaveWatch {
  let young = new Set<Waiting>();
  let elder = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    for (const waiting of elder) {
      waiting.signal = waiting.req.signal;
      waiting.signal.addEventListener("abort", waiting.onLeave);
      if (waiting.signal.aborted) waiting.onLeave();
    }
    elder = young;
    young = new Set();
    timer = elder.size > 0 ? setTimeout(look, patience) : undefined;
  }

  return {
    watch(req, onLeave) {
      const waiting: Waiting = { req, onLeave };
      young.add(waiting);
      timer ??= setTimeout(look, patience);
      return () => {
        waiting.signal?.removeEventListener("abort", onLeave);
        if (!young.delete(waiting)) elder.delete(waiting);
        if (young.size + elder.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
