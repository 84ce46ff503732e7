import { setImmediate } from "node:timers";

/**
 * Resolves in the next turn of the event loop. What is ready gets its turn first, and as long as something is, Deno may not
 * look at its sockets.
 */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves some 2 ms later: sockets and timers were looked at by then. */
export const afterIo = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
