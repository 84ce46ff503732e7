/** The accelerators of all isolates, and what may become of a message between two of them. */
import type { News } from "../../../lib/events/feed.ts";
import type { Accelerator } from "../../../lib/events/hub.ts";
import type { AppId } from "../../../lib/protocol/ids.ts";
import type { Owner } from "./clock.ts";
import type { Profile } from "./profile.ts";
import type { Scheduler } from "./scheduler.ts";

type Listener = (appId: AppId, news: News) => void;

export class Channel {
  readonly #listeners = new Map<Owner, Listener>();

  constructor(readonly scheduler: Scheduler, readonly profile: Pick<Profile, "channel">) {}

  /** Null where isolates share nothing but the store. */
  open(owner: Owner): Accelerator | null {
    if (this.profile.channel === "absent") return null;
    return {
      send: (appId, news) => {
        for (const [other, listener] of this.#listeners) {
          if (other === owner || !other.alive) continue;
          for (let copies = this.#copies(); copies > 0; copies--) {
            // As another isolate gets it: a value, not the same objects.
            const message = structuredClone(news);
            this.scheduler.add(other, `hears ${news.type}`, () => listener(appId, message), this.#delay());
          }
        }
      },
      onNews: (callback) => void this.#listeners.set(owner, callback),
      close: () => void this.#listeners.delete(owner),
    };
  }

  #copies(): number {
    if (this.profile.channel === "faithful" || !this.scheduler.stormy) return 1;
    return this.scheduler.random.pick([0, 0, 1, 1, 1, 2]);
  }

  #delay(): number {
    const { random, stormy } = this.scheduler;
    return this.profile.channel === "faulty" && stormy && random.chance(0.2) ? random.int(1, 3_000) : 0;
  }
}
