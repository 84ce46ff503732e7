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
  | { readonly ok: true; leave(): void }
  | { readonly ok: false; readonly limit: "user" | "app" | "address" };

export interface OpenStreams {
  /** Takes a place, to be given back by `leave`; or says which limit is reached, and has taken nothing. */
  enter(streamer: Streamer): Place;
  /** Streams that are open. */
  readonly size: number;
}

export function createOpenStreams({ perUser, perApp, perAddress }: StreamLimits): OpenStreams {
  const open = { user: new Map<string, number>(), app: new Map(), address: new Map() };
  const most = { user: perUser, app: perApp, address: perAddress };
  let size = 0;

  return {
    enter({ user, app, address }) {
      const counted = [["user", user], ["app", app], ["address", address]] as const;
      for (const [limit, name] of counted) {
        if (name !== undefined && (open[limit].get(name) ?? 0) >= most[limit]) return { ok: false, limit };
      }
      const count = (by: 1 | -1) => {
        size += by;
        for (const [limit, name] of counted) {
          if (name === undefined) continue;
          const left = (open[limit].get(name) ?? 0) + by;
          if (left > 0) open[limit].set(name, left);
          else open[limit].delete(name);
        }
      };
      count(1);
      let left = false;
      return {
        ok: true,
        leave() {
          if (!left) count(-1);
          left = true;
        },
      };
    },
    get size() {
      return size;
    },
  };
}
