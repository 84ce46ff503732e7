/** The Git host: a branch that moves on, and deliveries that come late, twice, or again because nobody answered. */
import type { ResolveBranch } from "../../../lib/preview/apps.ts";
import type { Delivery } from "../../../lib/webhook/delivery.ts";
import type { CommitId } from "../../../lib/protocol/ids.ts";
import { APP, APP_ID, commit } from "../../preview/samples.ts";
import type { Isolate } from "./isolate.ts";
import type { World } from "./world.ts";

export class Host {
  #pushes = 0;
  readonly deliveries: Delivery[] = [];
  readonly #answered = new Set<string>();

  constructor(readonly world: World) {}

  /** Where the branch stands; null before the first push. */
  get head(): CommitId | null {
    return this.#pushes === 0 ? null : commit(this.#pushes);
  }

  get unanswered(): Delivery[] {
    return this.deliveries.filter(({ id }) => !this.#answered.has(id));
  }

  push(): Delivery {
    const n = ++this.#pushes;
    const id = `delivery-${n}`;
    const push: Delivery["push"] = {
      provider: "github",
      deliveryId: id,
      repository: "someone/hello",
      branch: APP.branch,
      before: n > 1 ? commit(n - 1) : null,
      after: commit(n),
      message: null,
      author: null,
      skip: false,
    };
    const delivery: Delivery = {
      provider: "github",
      id,
      appId: APP_ID,
      push,
      state: "received",
      at: this.world.clock.now,
    };
    this.deliveries.push(delivery);
    return delivery;
  }

  /** As a route takes a webhook: kept, then acted on, then answered. */
  deliver(delivery: Delivery, to: Isolate, wait = 0): void {
    const { world } = this;
    const take = async () => {
      const since = world.clock.now;
      try {
        const kept = await to.deliveries.receive({ ...delivery, at: since });
        // The host is not kept waiting for what follows, nor told of it.
        this.#answered.add(delivery.id);
        if (kept.state !== "handled") await to.takePush!(APP_ID, kept.push, kept);
      } catch (error) {
        world.refused(delivery.id, error, since);
      }
    };
    world.scheduler.add(to, `gets ${delivery.id}`, () => void take(), wait);
  }

  /** Looks the branch up for an isolate; the answer may be out of date when it comes. */
  resolve(asking: Isolate): ReturnType<ResolveBranch> {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<ResolveBranch>>>();
    const { scheduler, random } = this.world;
    const found = { ok: true as const, commit: this.head!, branch: APP.branch };
    scheduler.add(asking, "hears where the branch is", () => resolve(found), random.pick([0, 0, 50, 2_000]));
    return promise;
  }
}
