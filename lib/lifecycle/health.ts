/** Whether a supervisor should restart this process (`/healthz`), and whether work should be sent to it (`/readyz`). Pure. */

export interface HealthAnswer {
  readonly ok: boolean;
  /** Isolates of this process that renew; null where the store does not say. */
  readonly isolates: number | null;
  /** Isolates of this process that were started. */
  readonly started: number;
}

/** Milliseconds after the start in which workers may still be on their way. */
const STARTING = 30_000;

/**
 * A store that is away is no reason to restart: that would end every preview and bring nothing back.
 *
 * @param counted null where the store cannot be read
 * @param workers how many workers the process was told to start, where that is known
 * @param age milliseconds since this isolate started
 */
export function healthOf(
  counted: { readonly renewing: number; readonly started: number } | null,
  workers: number | undefined,
  age: number,
): HealthAnswer {
  if (counted === null) return { ok: true, isolates: null, started: 1 };
  const { renewing } = counted;
  // The number that was asked for counts in a process that has workers at all: the variable may stand in any environment.
  const asked = counted.started > 1 && age > STARTING ? workers ?? 0 : 0;
  const started = Math.max(counted.started, asked);
  return { ok: renewing >= started, isolates: renewing, started };
}

export interface ReadyAnswer {
  readonly ok: boolean;
  readonly store: "ok" | "unavailable";
  readonly draining: boolean;
}

export function readinessOf(store: ReadyAnswer["store"], draining: boolean): ReadyAnswer {
  return { ok: store === "ok" && !draining, store, draining };
}
