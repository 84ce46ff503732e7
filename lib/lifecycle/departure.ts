/**
 * How an isolate leaves. None leaves alone, since the first exit ends every worker of a process: each drains, says so by
 * taking its entry out of the store, and waits until its siblings have done the same.
 *
 * ms after the signal
 * | | |
 * |---|---|
 * | 0 | drain |
 * | 4,000 | whatever the drain has not done is left to those who find the leases lapsed |
 * | 4,500 | exit, whoever is still there: platforms kill at 5,000 |
 */
import { logError, logInfo } from "../log.ts";
import { within } from "../within.ts";

const DRAIN_FOR = 4_000;
const LEAVE_WITHIN = 4_500;
const LOOK_EVERY = 25;

export interface DeparturePorts {
  /** Sends streams away, hands builds over, ends what runs here, and takes this isolate's entry out of the store. */
  drain(): Promise<void>;
  /** Siblings in this process that have not drained yet; `failed` if one of them ends it because of an error. */
  remaining(): Promise<{ siblings: number; failed: boolean }>;
  /** Marks this isolate's entry, which then stays until the end, as the one that failed. */
  markFailed(): Promise<void>;
  /** Asks all isolates of this process, this one too, to leave. */
  signalAll(): void;
  exit(status: number): void;
}

export interface Departure {
  /** In answer to a signal. May be called twice. */
  leave(): void;
  /** After an uncaught error: the whole process ends in good order, with status 1 for its supervisor to see. */
  fail(event: string, error: unknown): void;
}

export function createDeparture(ports: DeparturePorts): Departure {
  let leaving = false;
  let failed = false;
  let left = false;

  function exit(): void {
    if (left) return;
    left = true;
    ports.exit(failed ? 1 : 0);
  }

  /** The first to leave would else take the failed one's status for its own. */
  async function look(): Promise<number> {
    const { siblings, failed: sibling } = await ports.remaining();
    failed ||= sibling;
    return siblings;
  }

  async function drain(): Promise<void> {
    try {
      await ports.drain();
      logInfo("drained");
    } catch (error) {
      logError("drain-failed", error);
    }
  }

  async function leave(): Promise<void> {
    if (leaving) return;
    leaving = true;
    const last = setTimeout(exit, LEAVE_WITHIN);
    const first = look().catch(() => 0);
    await within(DRAIN_FOR, drain());
    await first;
    try {
      while (!left && await look() > 0) await pause(LOOK_EVERY);
      clearTimeout(last);
      exit();
    } catch {
      // A store that is away tells nothing of the others: they get their time.
    }
  }

  return {
    leave: () => void leave(),
    fail(event, error) {
      logError(event, error);
      if (failed || leaving) return;
      failed = true;
      within(500, ports.markFailed())
        .catch((error) => logError("mark-failed-failed", error))
        .then(() => ports.signalAll())
        .catch((error) => logError("signal-failed", error))
        .then(leave);
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
