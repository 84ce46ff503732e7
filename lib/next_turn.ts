import { setImmediate } from "node:timers";

/** Resolves in the next turn of the event loop: whatever else has come meanwhile gets its turn first. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
