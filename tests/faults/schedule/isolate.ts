/** One isolate with all its real parts on a store that fails it. It may die at any call, and stand still for a while. */
import type { Hub } from "../../../lib/events/hub.ts";
import { createHub } from "../../../lib/events/hub.ts";
import { createDeliveryStore } from "../../../lib/kv/deliveries.ts";
import { createHistory } from "../../../lib/kv/history.ts";
import { createLogStore } from "../../../lib/kv/logs.ts";
import { createPresence, type Presence } from "../../../lib/kv/presence.ts";
import { createPreviewStore } from "../../../lib/kv/previews.ts";
import { trimHistory } from "../../../lib/kv/retention.ts";
import { createAppWatcher } from "../../../lib/kv/watch.ts";
import { type Coordinator, createCoordinator } from "../../../lib/preview/coordinator.ts";
import { handlePush } from "../../../lib/preview/pushes.ts";
import { type HandlePush } from "../../../lib/webhook/delivery.ts";
import { replayInbox } from "../../../lib/webhook/replay.ts";
import type { AppId } from "../../../lib/protocol/ids.ts";
import { APP_ID, URL } from "../../preview/samples.ts";
import { createFakeRunner, type FakeRun } from "./fake_runner.ts";
import type { Connection } from "./person.ts";
import { createFaultyKv, type Mortal } from "./store.ts";
import type { World } from "./world.ts";

const SWEEP_EVERY = 10_000;
/** A file that several processes share is looked at every second. */
const POLL_DEAF = 1_000;
const POLL = 15_000;
/** Milliseconds for which a viewer who left still counts. */
const GRACE = 5_000;

export class Isolate implements Mortal {
  alive = true;
  stalled = false;
  draining = false;
  /** Dies when so many more calls have gone by. */
  callsLeft = Infinity;
  lateUntil = -Infinity;
  hub: Hub | null = null;
  presence: Presence | null = null;
  coordinator: Coordinator | null = null;
  takePush: HandlePush | null = null;
  readonly runs: FakeRun[] = [];
  readonly connections = new Set<Connection>();
  readonly deliveries;
  readonly #kv: Deno.Kv;
  /** It had viewers, or the grace after the last was not over, when it last looked. */
  watched = false;
  /** When it last stood still: its timers are late. */
  wokeAt = -Infinity;
  #viewers = 0;
  #lastViewer = -Infinity;

  constructor(readonly world: World, readonly name: string) {
    this.#kv = createFaultyKv(world.sea, this);
    this.deliveries = createDeliveryStore(this.#kv);
    world.scheduler.add(this, "starts", () => {
      this.#start().catch((error) => {
        world.tell(`${name}: cannot start: ${error}`);
        world.kill(this);
      });
    });
  }

  get ready(): boolean {
    return this.alive && this.hub !== null && !this.draining;
  }

  /** As the composition root puts the parts together. */
  async #start(): Promise<void> {
    const { name, world } = this;
    const kv = this.#kv;
    const { now } = Date;
    const previews = createPreviewStore(kv);
    const watcher = createAppWatcher(kv, {
      pollMs: world.profile.deaf ? POLL_DEAF : POLL,
      writesWith: (token) => logs.writesWith(token),
    });
    const attended = new Map<AppId, () => void>();
    const presence = await createPresence(kv, {
      isolateId: name,
      host: "here",
      pid: 1,
      onChange(appId, watched) {
        attended.get(appId)?.();
        attended.delete(appId);
        if (watched) attended.set(appId, coordinator.attend(appId));
      },
      onRevival: () => void coordinator.sweep(),
    });
    const hub = createHub({
      history: createHistory(kv, watcher),
      accelerator: world.channel.open(this),
      previewUrl: () => URL,
      logUrl: (deployId) => `http://localhost:8000/api/deploys/${deployId}/logs`,
      join: (appId) => presence.join(appId),
    });
    const logs = createLogStore(kv, {
      keep: world.profile.keep,
      announce: (appId, deployId, from, lines) =>
        hub.announce(appId, { type: "lines", deployId, from, lines }),
    });
    const coordinator = createCoordinator({
      isolateId: name,
      store: previews,
      logs,
      runner: createFakeRunner({
        onStart: (run) => {
          this.runs.push(run);
          world.started(run);
        },
        onStop: (run) => world.stopping(this, run),
      }),
      hasViewers: (appId) => this.#asked(presence.here(appId)),
      previewUrl: () => URL,
      announce: (appId, events) => hub.announce(appId, { type: "events", events }),
      watch: watcher.attend,
      sleepAfter: 600_000,
      now,
    });
    const takePush: HandlePush = (appId, { after, before }, delivery) =>
      handlePush({ store: previews, coordinator, resolveBranch: () => world.host.resolve(this) }, appId, {
        after: after!,
        before,
      }, delivery);
    const sweep = async () => {
      try {
        await coordinator.sweep();
        const onError = (error: unknown) => world.tell(`${name}: cannot replay: ${error}`);
        await replayInbox({ deliveries: this.deliveries, handle: takePush, now: now(), onError });
        const { deploys } = world.profile;
        if (deploys !== null) await trimHistory(kv, now(), { deploys, batchesPerSweep: 3 });
      } catch (error) {
        world.tell(`${name}: cannot sweep: ${error}`);
      }
    };
    const sweeping = setInterval(() => void sweep(), SWEEP_EVERY);
    void sweep();
    Object.assign(this, { presence, hub, coordinator, takePush });
    this.#drain = async () => {
      clearInterval(sweeping);
      hub.drain(3_000);
      await coordinator.drain();
      await presence.close();
    };
  }

  #drain: () => Promise<void> = () => Promise.resolve();

  /** X10: ends in an orderly way, or after 4.5 s in any. */
  drain(): void {
    this.draining = true;
    const { world } = this;
    const end = () => world.kill(this);
    world.scheduler.add(null, `${this.name} must end`, end, 4_500);
    this.#drain().then(end, end);
  }

  passing(): void {
    if (--this.callsLeft <= 0) this.world.kill(this);
  }

  comes(): void {
    this.#viewers++;
  }

  goes(): void {
    this.#viewers--;
    this.#lastViewer = this.world.clock.now;
  }

  /** What it was told of viewers is compared with what is true. */
  #asked(here: boolean): boolean {
    const { now } = this.world.clock;
    this.watched = this.#viewers > 0 || now - this.#lastViewer <= GRACE || now - this.wokeAt <= GRACE;
    return here;
  }

  /** Asks as a person does; a refusal must have a reason. */
  ask(label: string, input: Parameters<Coordinator["handle"]>[1]): void {
    this.world.scheduler.add(this, label, () => {
      const since = this.world.clock.now;
      this.coordinator!.handle(APP_ID, input).catch((error) => this.world.refused(label, error, since));
    });
  }
}
