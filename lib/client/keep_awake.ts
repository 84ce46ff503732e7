/** Keeps an app awake while somebody watches it (A19). */
import { browserPage, type Page } from "./page.ts";
import { realSeams, type Timers } from "./seams.ts";

/** Well under any sensible `SLEEP_AFTER`, and above the 30 s at which the proxy notes activity. */
const EVERY_MS = 60_000;

export interface KeepAwakeOptions {
  /** The running preview's address, or null while there is nothing to keep awake. Asked before each ping. */
  target(): string | null;
  readonly fetch?: typeof fetch;
  readonly page?: Page;
  readonly timers?: Timers;
}

/**
 * Pings the preview's own address every minute, but only for a visible tab: a forgotten one must let the app sleep.
 * A ping that fails is not reported; the event stream tells what became of the app.
 *
 * @returns how to stop
 */
export function keepAwake(options: KeepAwakeOptions): () => void {
  const { target, page = browserPage, timers = realSeams.timers } = options;
  const send = options.fetch ?? realSeams.fetch;
  const aborter = new AbortController();
  let timer = timers.start(EVERY_MS, tick);

  function ping(): void {
    const url = page.visible() ? target() : null;
    if (url === null) return;
    // Another origin, and no business of its cookies.
    const init: RequestInit = {
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      signal: aborter.signal,
    };
    send(new URL("/_wakelight/ping", url), init).then((response) => response.body?.cancel()).catch(() => {});
  }
  function tick(): void {
    ping();
    timer = timers.start(EVERY_MS, tick);
  }
  // Somebody who comes back may be only seconds ahead of the sleep.
  const stopListening = page.listen((change) => {
    if (change === "visible") ping();
  });

  return () => {
    stopListening();
    timers.cancel(timer);
    aborter.abort();
  };
}
