/** The connections to apps that wait for another request. */
import type { Connection } from "./connection.ts";

export interface Pool {
  /**
   * One that waits, if there is one.
   * @param upstream `http://127.0.0.1:40123`
   */
  take(upstream: string): Connection | undefined;
  /** Lets one wait whose answer is complete. */
  keep(upstream: string, connection: Connection): void;
  /** How many wait. */
  readonly resting: number;
  /** Closes those that wait now, and those that would later. */
  close(): void;
}

/** Of one app. More are closed when their answer is complete. */
const MAX_RESTING = 32;
/** Milliseconds after which a connection is not worth its file descriptor. */
const REST = 30_000;
/** Milliseconds between two looks at all of them; they take place when one is kept, so no timer is needed. */
const LOOK_EVERY = 5_000;

interface Resting {
  readonly connection: Connection;
  readonly since: number;
}

/** @param now milliseconds */
export function createPool(now: () => number): Pool {
  /** The longest resting first. No list is empty. */
  const resting = new Map<string, Resting[]>();
  let lookedAt = now();
  let closed = false;

  function remove(upstream: string, one: Resting): void {
    const list = resting.get(upstream);
    const at = list?.lastIndexOf(one) ?? -1;
    if (at === -1) return; // it has a request
    list!.splice(at, 1);
    if (list!.length === 0) resting.delete(upstream);
    one.connection.close();
  }

  function closeWhere(isOver: (one: Resting) => boolean): void {
    for (const [upstream, list] of resting) for (const one of list.filter(isOver)) remove(upstream, one);
  }

  return {
    take(upstream) {
      const list = resting.get(upstream);
      // The youngest: it is the least likely to be closed in this moment, and the eldest get their rest.
      const one = list?.pop();
      if (list?.length === 0) resting.delete(upstream);
      return one?.connection;
    },
    keep(upstream, connection) {
      const at = now();
      if (at - lookedAt >= LOOK_EVERY) {
        lookedAt = at;
        closeWhere(({ since }) => at - since >= REST);
      }
      let list = resting.get(upstream);
      if (closed || (list !== undefined && list.length >= MAX_RESTING)) return connection.close();
      if (list === undefined) resting.set(upstream, list = []);
      const one = { connection, since: at };
      list.push(one);
      connection.rest(() => remove(upstream, one));
    },
    get resting() {
      return [...resting.values()].reduce((sum, list) => sum + list.length, 0);
    },
    close() {
      closed = true;
      closeWhere(() => true);
    },
  };
}
