/** The composition root: every part of the house, made once per isolate and wired together. */
import { type Accounts, createAccounts, FIRST_USER } from "./auth/accounts.ts";
import { ownersOf } from "./auth/owners.ts";
import { randomToken } from "./auth/secrets.ts";
import { ensureUser } from "./auth/users.ts";
import { createRunner } from "./build/runner.ts";
import type { Config } from "./config.ts";
import { createAccelerator } from "./events/accelerator.ts";
import { createDeployLogs, type DeployLogs } from "./events/deploy_log.ts";
import { createEventEndpoint, type EventEndpoint } from "./events/endpoint.ts";
import { createHub, type Hub } from "./events/hub.ts";
import { createOpenStreams, type OpenStreams } from "./events/limits.ts";
import { createInFlight, type InFlight } from "./http/in_flight.ts";
import { originsAllowed } from "./http/cors.ts";
import { createAppStore } from "./kv/apps.ts";
import { createCredentialStore } from "./kv/credentials.ts";
import { createDeliveryStore } from "./kv/deliveries.ts";
import { createGrounds, LOOK_EVERY } from "./kv/grounds.ts";
import { createHistory } from "./kv/history.ts";
import { createNeighbours } from "./kv/isolates.ts";
import { createLogStore, type KvLogStore } from "./kv/logs.ts";
import { createPresence } from "./kv/presence.ts";
import { createPreviewStore } from "./kv/previews.ts";
import { trimHistory } from "./kv/retention.ts";
import { createStandings } from "./kv/standings.ts";
import { createTicketStore } from "./kv/tickets.ts";
import { createUserStore } from "./kv/users.ts";
import { createAppWatcher, POLL_EVERY, POLL_EVERY_SHARED } from "./kv/watch.ts";
import { createProbes, type Probes } from "./lifecycle/probes.ts";
import { startSweeper } from "./lifecycle/sweeper.ts";
import { logError } from "./log.ts";
import { createActivity } from "./preview/activity.ts";
import { createApps } from "./preview/apps.ts";
import type { Apps } from "./preview/apps_port.ts";
import { createStatusPath, type StatusPath } from "./preview/status_path.ts";
import { createCoordinator } from "./preview/coordinator.ts";
import { nextDeployId } from "./preview/deploy_id.ts";
import { handlePush } from "./preview/pushes.ts";
import type { AppId } from "./protocol/ids.ts";
import { previewUrl as previewUrlOf } from "./proxy/host.ts";
import { createLookup } from "./proxy/lookup.ts";
import { createPreviewProxy, type PreviewProxy } from "./proxy/proxy.ts";
import { previewView } from "./proxy/view.ts";
import { createScratch } from "./sandbox/scratch.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { resolveBranch } from "./build/branch.ts";
import type { HandlePush } from "./webhook/delivery.ts";
import { createWebhookEndpoint, type WebhookEndpoint } from "./webhook/endpoint.ts";
import { replayInbox } from "./webhook/replay.ts";

export interface Services extends Omit<Accounts, "admit"> {
  readonly config: Config;
  readonly apps: Apps;
  readonly events: EventEndpoint;
  readonly deployLogs: DeployLogs;
  readonly hub: Hub;
  readonly logs: KvLogStore;
  /** Streams and held polls of this isolate, for people who operate this. */
  readonly streams: OpenStreams;
  /** What open streams rest on: the keys that this isolate watches for them. */
  readonly grounds: { readonly size: number };
  readonly proxy: PreviewProxy;
  /** Origins that may read answers (A5). */
  readonly allowedOrigins: readonly string[];
  readonly webhook: WebhookEndpoint;
  readonly statusPath: StatusPath;
  /** Answers under way, which a drain waits for. */
  readonly inFlight: InFlight;
  readonly probes: Probes;
  /** Isolates of this process that have not drained yet, besides this one. */
  remaining(): Promise<{ siblings: number; failed: boolean }>;
  /** Leaves word that this isolate ends its process because of an error. */
  markFailed(): Promise<void>;
  /** Tells streams to come back, hands builds over, ends what runs here. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly kv: Deno.Kv;
  readonly sandbox: Sandbox;
  readonly host: string;
  readonly pid: number;
  /** The store is a file: watches do not tell what other processes write, so it is polled while there are any. */
  readonly onFile?: boolean;
  /** Milliseconds between two sweeps for what vanished isolates left. */
  readonly sweepEvery?: number;
  /** Milliseconds for which a viewer who left still counts. */
  readonly graceMs?: number;
  /** Milliseconds after which a stream is asked to come back with a new ticket. */
  readonly streamAge?: number;
  /** Name of the channel between the isolates on this store; absent where there are no others. */
  readonly channel?: string;
}

/** Milliseconds between two looks for other processes on the same file. */
const LOOK_FOR_OTHERS = 1_000;
/** Milliseconds that readers of what was said last get to take it. */
const FLUSH_WITHIN = 3_000;
/** Milliseconds between two writes of "somebody uses this preview", per app. */
const TOUCH_EVERY = 30_000;

export async function createServices(config: Config, around: Surroundings): Promise<Services> {
  const { kv, sandbox } = around;
  const now = Date.now;
  const isolateId = crypto.randomUUID();
  const allowedOrigins = originsAllowed(config.publicUrl, config.allowedOrigins);
  const previewUrl = (id: AppId) => previewUrlOf(id, config);

  const users = createUserStore(kv);
  const credentials = createCredentialStore(kv);
  const deliveries = createDeliveryStore(kv);
  const appStore = createAppStore(kv);
  const grounds = createGrounds(kv, now);
  const accounts = createAccounts({
    store: { ...users, ...credentials },
    tickets: createTicketStore(kv),
    grounds,
    ticketSecret: config.ticketSecret,
    publicUrl: config.publicUrl,
    findApp: (id) => appStore.find(id),
    now,
  });
  const previews = createPreviewStore(kv);
  const watcher = createAppWatcher(kv, { writesWith: (token) => logs.writesWith(token) });
  const history = createHistory(kv, watcher);
  const scratch = createScratch(sandbox);
  const branchOf = async (wanted: { repository: string; branch?: string }) => {
    const found = await scratch((workspace) => resolveBranch(workspace, wanted));
    return found.ok ? found : { ok: false as const, code: found.code, detail: found.message };
  };

  const attended = new Map<AppId, () => void>();
  const presence = await createPresence(kv, {
    isolateId,
    host: around.host,
    pid: around.pid,
    graceMs: around.graceMs,
    onChange(appId, watched) {
      attended.get(appId)?.();
      attended.delete(appId);
      if (watched) attended.set(appId, coordinator.attend(appId));
    },
    onRevival: () => void coordinator.sweep(),
  });
  const neighbours = createNeighbours(kv, {
    isolateId,
    host: around.host,
    pid: around.pid,
    lookEvery: around.onFile ? LOOK_FOR_OTHERS : 0,
    onShared(shared) {
      watcher.pollEvery(shared ? POLL_EVERY_SHARED : POLL_EVERY);
      grounds.pollEvery(shared ? POLL_EVERY_SHARED : LOOK_EVERY);
    },
  });
  const inFlight = createInFlight();
  let draining = false;
  let failed = false;
  const hub: Hub = createHub({
    history,
    accelerator: around.channel === undefined ? null : createAccelerator(around.channel),
    previewUrl,
    logUrl: (deployId) => `${config.publicUrl}/api/deploys/${deployId}/logs`,
    join: (appId) => presence.join(appId),
    maxAge: around.streamAge,
  });
  const streams = createOpenStreams(config.streamLimits);
  const logs = createLogStore(kv, {
    keep: config.logMaxBytes,
    announce: (appId, deployId, from, lines) => hub.announce(appId, { type: "lines", deployId, from, lines }),
  });
  const coordinator = createCoordinator({
    isolateId,
    store: previews,
    logs,
    runner: createRunner({
      sandbox,
      installTimeout: config.installTimeout,
      startTimeout: config.startTimeout,
      now,
      extraSecrets: config.ticketSecret === undefined ? [] : [config.ticketSecret],
      onError: (error) => logError("build-fault", error),
    }),
    hasViewers: (appId) => presence.here(appId),
    previewUrl,
    announce: (appId, events) => hub.announce(appId, { type: "events", events }),
    watch: watcher.attend,
    sleepAfter: config.sleepAfter,
    now,
  });
  const apps = createApps({
    store: appStore,
    previews,
    coordinator,
    resolveBranch: branchOf,
    ownersOf: async (user) => (await ownersOf(users, user)).map(({ id }) => id),
    mayUse: accounts.mayUse,
    previewUrl,
    randomSecret: () => randomToken(24),
    now,
    onRemoved: (id) => hub.end(id),
  });

  const activity = createActivity({
    touch: previews.touch,
    every: Math.min(TOUCH_EVERY, config.sleepAfter / 2),
    now,
  });
  const lookup = createLookup(kv, { toView: previewView });
  const proxy = createPreviewProxy({
    lookup,
    acts: {
      touch: activity.touch,
      async wake(appId) {
        await coordinator.handle(appId, ({ record }) => ({
          type: "wake-requested",
          by: "visit",
          deployId: nextDeployId(record.latest?.deployId ?? null, now()),
        }));
      },
    },
    previewDomain: config.previewDomain,
    publicUrl: config.publicUrl,
    allowedOrigins: config.allowedOrigins,
    report: (error) => logError("proxy-failed", error),
  });

  const takePush: HandlePush = (appId, push, delivery) =>
    push.after === null
      ? Promise.resolve("gone")
      : handlePush({ store: previews, coordinator, resolveBranch: branchOf }, appId, {
        after: push.after,
        before: push.before,
      }, delivery);

  await ensureUser(users, { id: FIRST_USER, name: "Admin" }, now());
  const stopSweeping = startSweeper(around.sweepEvery ?? 10_000, [
    coordinator.sweep,
    () =>
      replayInbox({
        deliveries,
        handle: takePush,
        now: now(),
        onError: (error) => logError("replay-failed", error),
      }),
    async () => {
      for (const id of await appStore.trash()) await appStore.wipe(id);
    },
    () => trimHistory(kv, now()),
    activity.trim,
    history.sweep,
  ]);

  const services: Services = {
    ...accounts,
    config,
    apps,
    hub,
    logs,
    streams,
    grounds,
    proxy,
    allowedOrigins,
    deployLogs: createDeployLogs(history, logs.head),
    events: createEventEndpoint({
      hub,
      allowedOrigins,
      admit: accounts.admit,
      streams,
      trustProxy: config.trustProxy,
      sockets: inFlight,
    }),
    inFlight,
    webhook: createWebhookEndpoint({
      findApp: (id) => appStore.find(id),
      deliveries,
      handle: takePush,
      now,
    }),
    statusPath: createStatusPath({ read: createStandings(kv, now), previewUrl, now }),
    probes: createProbes({
      count: neighbours.count,
      workers: config.workers,
      draining: () => draining,
      now,
    }),
    remaining: neighbours.remaining,
    markFailed() {
      failed = true;
      return presence.fail();
    },

    async drain() {
      draining = true;
      // In the turn of the signal: `deno serve` closes all WebSockets in the next one, and says nothing.
      hub.drain(3_000);
      stopSweeping();
      neighbours.close();
      await Promise.all([inFlight.settled(FLUSH_WITHIN), coordinator.drain(!failed)]);
      await presence.close();
    },

    async close() {
      await services.drain();
      hub.close();
      watcher.close();
      grounds.close();
      proxy.close();
      await lookup.close();
      kv.close();
    },
  };

  return services;
}
