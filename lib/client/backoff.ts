/** How long to wait before trying again (A20). */

/** So many retries, then the client gives up until somebody or something says otherwise. */
export const MAX_RETRIES = 8;
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * 1, 2, 4, 8, 16, 30, 30, 30 seconds, each times 0.5 to 1.5: after a restart all clients of a server would
 * otherwise come back in the same instant, and be sent away again together.
 *
 * @param n retries made so far: 0 before the first
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function backoff(n: number, random: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** n) * (0.5 + random);
}
