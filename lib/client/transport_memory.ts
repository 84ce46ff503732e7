/** Remembers, for this tab, which transport got through (A21). */
import { type TransportName, TRANSPORTS } from "./connection_state.ts";

export interface TransportMemory {
  load(): TransportName | undefined;
  save(name: TransportName): void;
}

const KEY = "wakelight.transport";

/** In sessionStorage; where the browser forbids that (it throws), nothing is remembered and nothing breaks. */
export const tabMemory: TransportMemory = {
  load() {
    try {
      const name = sessionStorage.getItem(KEY);
      return TRANSPORTS.find((transport) => transport === name);
    } catch {
      return undefined;
    }
  },
  save(name) {
    try {
      sessionStorage.setItem(KEY, name);
    } catch {
      // Then the next connect tries from the top again.
    }
  },
};
