/** Acts on what the machine decided: commits inputs, reconciles, and holds the runs of this isolate. */
import { logError } from "../log.ts";
import type { AppId } from "../protocol/ids.ts";
import { nextDeployId } from "./deploy_id.ts";
import { hasLapsed } from "./derive.ts";
import { type Input, step, unchanged } from "./machine.ts";
import { type Action, type Mine, reconcile } from "./reconcile.ts";
import { type Run, type RunPorts, startRun } from "./run.ts";
import type { Delivery, Loaded, LogStore, NumberedEvent, PreviewStore, Saved } from "./store.ts";
import type { Runner } from "./runner.ts";

export interface CoordinatorPorts {
  readonly isolateId: string;
  readonly store: PreviewStore;
  readonly logs: LogStore;
  readonly runner: Runner;
  /** True while somebody looks at the app through this isolate. */
  readonly hasViewers: (appId: AppId) => boolean;
  /** Where people reach an app's preview while it runs. */
  readonly previewUrl: (appId: AppId) => string;
  /** Tells the viewers of this isolate, and other isolates, what was committed. */
  readonly announce: (appId: AppId, entries: readonly NumberedEvent[]) => void;
  /** Calls back after each change of the app's record until the returned function is called. */
  readonly watch: (appId: AppId, changed: () => void) => () => void;
  readonly sleepAfter: number;
  readonly now: () => number;
}

/** An input, or what draws it from what was loaded, each time anew; null: nothing is to be done. */
type Draw = Input | ((loaded: Loaded) => Input | null);

export interface Coordinator {
  /** Commits what the input means for the app, then does what follows from it. */
  handle(
    appId: AppId,
    input: Draw,
    delivery?: Delivery,
  ): Promise<(Saved & { loaded: Loaded }) | null | "handled">;
  /** Does what is to be done about the app, as things stand. One look at a time for each app. */
  look(appId: AppId): Promise<void>;
  /** Looks now and after each change, until the returned function is called. */
  attend(appId: AppId): () => void;
  /** Looks at every app that somebody holds a lease of: heals what a vanished isolate left. */
  sweep(): Promise<void>;
  /**
   * Starts nothing new, ends what runs here, gives leases back. Resolves when no process is left.
   * @param inGoodOrder false where this isolate ends because of an error, which one of its builds may have caused
   */
  drain(inGoodOrder?: boolean): Promise<void>;
}

export function createCoordinator(ports: CoordinatorPorts): Coordinator {
  const { store, isolateId, now } = ports;
  const runs = new Map<string, { run: Run; unwatch: () => void; finished: Promise<void> }>();
  const looking = new Map<AppId, { again: boolean; done: Promise<void> }>();
  let draining = false;

  async function change(appId: AppId, input: Draw, delivery?: Delivery) {
    const decide = (loaded: Loaded) => {
      const drawn = typeof input === "function" ? input(loaded) : input;
      return drawn === null
        ? unchanged(loaded.record)
        : step(loaded.record, drawn, now(), ports.previewUrl(appId));
    };
    const saved = await store.change(appId, decide, { isolateId, now, delivery });
    if (saved !== null && saved !== "handled" && saved.entries.length > 0) {
      ports.announce(appId, saved.entries);
    }
    return saved;
  }

  async function handle(appId: AppId, input: Draw, delivery?: Delivery) {
    const saved = await change(appId, input, delivery);
    void look(appId);
    return saved;
  }

  function look(appId: AppId): Promise<void> {
    const busy = looking.get(appId);
    if (busy) {
      busy.again = true;
      return busy.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    looking.set(appId, entry);
    entry.done = (async () => {
      try {
        do {
          entry.again = false;
          await lookOnce(appId);
        } while (entry.again);
      } catch (error) {
        // The next change, the sweep or the next viewer looks again.
        logError("look-failed", error, { appId });
      } finally {
        looking.delete(appId);
      }
    })();
    return entry.done;
  }

  function inHand(appId: AppId): Mine {
    const tokens = [...runs.values()].filter(({ run }) => run.appId === appId).map(({ run }) => run.token);
    return { viewers: ports.hasViewers(appId), tokens, mayBuild: !draining };
  }

  async function lookOnce(appId: AppId): Promise<void> {
    const loaded = await store.load(appId);
    const mine = inHand(appId);
    const none = { build: null, instance: null };
    for (const action of reconcile(loaded?.record ?? null, loaded?.leases ?? none, mine, now())) {
      await act(appId, action);
    }
    if (loaded !== null) return;
    // A17: whoever deleted the app is told when nothing of it is left here.
    await Promise.all(mine.tokens.map((token) => runs.get(token)?.finished));
    await ports.runner.sweep(appId, []);
  }

  async function act(appId: AppId, action: Action): Promise<void> {
    switch (action.type) {
      case "claim":
        return await claim(appId);
      case "stop":
        // Not awaited: a slow goodbye must not hold up the build that replaces it.
        return void runs.get(action.token)?.run.stop();
      case "declare-lost":
        await change(appId, ({ leases }) =>
          // Renewed since we looked? Then it is not lost.
          hasLapsed(leases.instance, action.token, now())
            ? { type: "container-stopped", token: action.token, reason: "lost" }
            : null);
    }
  }

  async function claim(appId: AppId): Promise<void> {
    const token = crypto.randomUUID();
    const saved = await change(appId, ({ record, leases }) => {
      // Others may have been faster since we looked: what there is to claim is decided on what is replaced.
      const time = now();
      const action = reconcile(record, leases, inHand(appId), time).find(({ type }) => type === "claim");
      if (action?.type !== "claim") return null;
      const deployId = nextDeployId(record.latest?.deployId ?? null, time);
      return { type: "build-claimed", kind: action.kind, token, deployId };
    });
    if (saved === null || saved === "handled") return;
    const { build, instance, latest } = saved.record;
    if (build?.token !== token) return;
    // Files that an instance runs in are not used by another one: it stays up until this build is live.
    const reuse = instance === null ? latest?.workspace ?? null : null;
    const unwatch = ports.watch(appId, () => void look(appId));
    const run = startRun(runPorts, saved.loaded.app, { ...build, token }, reuse);
    runs.set(token, { run, unwatch, finished: run.done.finally(() => ended(run)) });
  }

  async function ended(run: Run): Promise<void> {
    runs.get(run.token)?.unwatch();
    runs.delete(run.token);
    try {
      // Read once the workspaces were listed: the next build may begin at any moment, here or on another isolate.
      await ports.runner.sweep(run.appId, async () => {
        const { build, instance, latest } = (await store.load(run.appId))?.record ?? {};
        const others = [...runs.values()].filter((r) => r.run.appId === run.appId).map((r) => r.run.token);
        return [build?.token, instance?.workspace, latest?.workspace, ...others].filter((name) =>
          typeof name === "string"
        );
      });
    } catch (error) {
      logError("sweep-failed", error, { appId: run.appId });
    }
    if (!draining) void look(run.appId);
  }

  const runPorts: RunPorts = {
    store,
    logs: ports.logs,
    runner: ports.runner,
    sleepAfter: ports.sleepAfter,
    now,
    async commit(appId, input, token) {
      const saved = await change(appId, input);
      if (saved === null || saved === "handled") return false;
      void look(appId);
      return saved.record.build?.token === token || saved.record.instance?.token === token;
    },
  };

  return {
    handle,
    look,
    attend(appId) {
      void look(appId);
      return ports.watch(appId, () => void look(appId));
    },
    async sweep() {
      try {
        for (const appId of await store.leased()) await look(appId);
      } catch (error) {
        // The next sweep finds the same.
        logError("sweep-failed", error);
      }
    },
    async drain(inGoodOrder = true) {
      draining = true;
      await Promise.all([...looking.values()].map(({ done }) => done));
      await Promise.all([...runs.values()].map(async ({ run, finished }) => {
        // A build is handed over to whoever is up; an instance ends with its process.
        const gone: Input = { type: "container-stopped", token: run.token, reason: "lost" };
        // What cannot be written is found out when the lease lapses.
        const report = (error: unknown) => logError("hand-over-failed", error, { appId: run.appId });
        await runPorts.commit(run.appId, gone, run.token).catch(report);
        await run.release(inGoodOrder).catch(report);
        await run.stop();
        await finished;
      }));
    },
  };
}
