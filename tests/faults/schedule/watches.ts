/**
 * `kv.watch` as the schedule wants it: it tells the value that stands there when its turn comes and skips those between,
 * as the real one may, but when it does so is no accident.
 */
import type { Owner } from "./clock.ts";
import type { Profile } from "./profile.ts";
import type { Reads } from "./reads.ts";
import type { Scheduler } from "./scheduler.ts";

interface Watch {
  readonly owner: Owner;
  readonly keys: Deno.KvKey[];
  readonly names: ReadonlySet<string>;
  readonly controller: ReadableStreamDefaultController<Deno.KvEntryMaybe<unknown>[]>;
  told: boolean;
}

export class Watches {
  #open = new Set<Watch>();

  constructor(
    readonly reads: Reads,
    readonly scheduler: Scheduler,
    readonly profile: Pick<Profile, "deaf" | "breaking" | "delayed" | "latest">,
  ) {}

  open(owner: Owner, keys: Deno.KvKey[]): ReadableStream<Deno.KvEntryMaybe<unknown>[]> {
    let watch: Watch;
    return new ReadableStream({
      start: (controller) => {
        const names = new Set(keys.map((key) => key.join("/")));
        watch = { owner, keys, names, controller, told: true };
        this.#open.add(watch);
        this.#wake(watch);
      },
      cancel: () => void this.#open.delete(watch),
    });
  }

  /** These keys were written by `by`. */
  touched(by: Owner, keys: readonly Deno.KvKey[]): void {
    const names = keys.map((key) => key.join("/"));
    for (const watch of this.#open) {
      if (this.profile.deaf && watch.owner !== by) continue;
      if (watch.told && names.some((name) => watch.names.has(name))) this.#wake(watch);
    }
  }

  bury(owner: Owner): void {
    for (const watch of this.#open) if (watch.owner === owner) this.#open.delete(watch);
  }

  #wake(watch: Watch): void {
    const { random, stormy } = this.scheduler;
    const wait = stormy && random.chance(this.profile.delayed) ? random.int(1, this.profile.latest) : 0;
    watch.told = false;
    this.scheduler.add(watch.owner, `watch ${watch.keys[1]?.join("/") ?? ""}`, async () => {
      watch.told = true;
      if (!this.#open.has(watch)) return;
      if (stormy && random.chance(this.profile.breaking)) {
        this.#open.delete(watch);
        return watch.controller.error(new Error("the watch broke"));
      }
      const entries = await this.reads.getMany(watch.keys);
      watch.controller.enqueue(entries);
    }, wait);
  }
}
