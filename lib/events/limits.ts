/** How many streams one isolate keeps open: for one user, of one app, to one address. */

export interface StreamLimits {
  readonly perUser: number;
  readonly perApp: number;
  readonly perAddress: number;
}

/** Whose stream it is. Without an address it is not counted by address. */
export interface Streamer {
  readonly user: string;
  readonly app: string;
  readonly address?: string | undefined;
}

export type Place =
  /** To be given back by `leave`; again does no harm. */
  | { readonly ok: true; leave(): void }
  | { readonly ok: false; readonly limit: "user" | "app" | "address" };

export interface OpenStreams {
  /** Takes a place; or says which limit is reached, and has taken nothing. */
  enter(streamer: Streamer): Place;
  /** Streams that are open. */
  readonly size: number;
}

export function createOpenStreams({ perUser, perApp, perAddress }: StreamLimits): OpenStreams {
  const users = new Tallies(perUser);
  const apps = new Tallies(perApp);
  const addresses = new Tallies(perAddress);
  const all = new Tally();

  return {
    enter({ user, app, address }) {
      if (users.isFull(user)) return { ok: false, limit: "user" };
      if (apps.isFull(app)) return { ok: false, limit: "app" };
      if (address !== undefined && addresses.isFull(address)) return { ok: false, limit: "address" };
      return new Taken(
        all,
        users.of(user),
        apps.of(app),
        address === undefined ? null : addresses.of(address),
      );
    },
    get size() {
      return all.count;
    },
  };
}

/** A count that many share. */
class Tally {
  count = 0;
  readonly #whenEmpty: (() => void) | undefined;

  constructor(whenEmpty?: () => void) {
    this.#whenEmpty = whenEmpty;
  }

  add(by: 1 | -1): void {
    this.count += by;
    if (this.count === 0) this.#whenEmpty?.();
  }
}

/** One for each name that is there. */
class Tallies {
  readonly #most: number;
  readonly #byName = new Map<string, Tally>();

  constructor(most: number) {
    this.#most = most;
  }

  isFull(name: string): boolean {
    return (this.#byName.get(name)?.count ?? 0) >= this.#most;
  }

  of(name: string): Tally {
    let tally = this.#byName.get(name);
    if (!tally) this.#byName.set(name, tally = new Tally(() => this.#byName.delete(name)));
    return tally;
  }
}

/** It is there as long as its stream, so it is small: it shares the names, and is no closure. */
class Taken {
  readonly ok = true;
  readonly #all: Tally;
  readonly #user: Tally;
  readonly #app: Tally;
  readonly #address: Tally | null;
  #left = false;

  constructor(all: Tally, user: Tally, app: Tally, address: Tally | null) {
    this.#all = all;
    this.#user = user;
    this.#app = app;
    this.#address = address;
    this.#count(1);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#count(-1);
  }

  #count(by: 1 | -1): void {
    this.#all.add(by);
    this.#user.add(by);
    this.#app.add(by);
    this.#address?.add(by);
  }
}
