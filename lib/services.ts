/** The composition root: every part of the house, made once per isolate and wired together. */
import { createApiToken, listApiTokens, revokeApiToken } from "./auth/api_tokens.ts";
import { stillEntitled } from "./auth/entitlement.ts";
import { apiTokenFrom, ticketFrom } from "./auth/bearer.ts";
import { identify, type Identity } from "./auth/identify.ts";
import {
  createOrganisation,
  mayUse,
  type Membership,
  type Owner,
  ownersOf,
  putMember,
  removeMember,
} from "./auth/owners.ts";
import { randomToken } from "./auth/secrets.ts";
import { endedSessionCookie, sessionCookie, sessionCookieValues } from "./auth/session_cookie.ts";
import { endSession } from "./auth/sessions.ts";
import { createSignInLink, redeemSignInLink } from "./auth/sign_in_link.ts";
import { issueTicket, redeemTicket } from "./auth/tickets.ts";
import { createUser, ensureUser, type User } from "./auth/users.ts";
import { createRunner } from "./build/runner.ts";
import type { Config } from "./config.ts";
import { createAccelerator } from "./events/accelerator.ts";
import { createDeployLogs, type DeployLogs } from "./events/deploy_log.ts";
import { createEventEndpoint, type EventEndpoint } from "./events/endpoint.ts";
import { createHub, type Hub } from "./events/hub.ts";
import { readBody } from "./http/body.ts";
import { originsAllowed } from "./http/cors.ts";
import { granted, type Refusal, refuse, type Result } from "./http/problem.ts";
import { createAppStore } from "./kv/apps.ts";
import { createCredentialStore } from "./kv/credentials.ts";
import { createDeliveryStore } from "./kv/deliveries.ts";
import { createHistory } from "./kv/history.ts";
import { createLogStore } from "./kv/logs.ts";
import { createPresence } from "./kv/presence.ts";
import { createPreviewStore } from "./kv/previews.ts";
import { createTicketStore } from "./kv/tickets.ts";
import { createUserStore } from "./kv/users.ts";
import { createAppWatcher } from "./kv/watch.ts";
import { logError } from "./log.ts";
import { createApps } from "./preview/apps.ts";
import type { Apps } from "./preview/apps_port.ts";
import type { App } from "./preview/app.ts";
import { createCoordinator } from "./preview/coordinator.ts";
import { nextDeployId } from "./preview/deploy_id.ts";
import { handlePush } from "./preview/pushes.ts";
import type { TicketAnswer } from "./protocol/ticket.ts";
import { type AppId, OwnerId, UserId } from "./protocol/ids.ts";
import { previewUrl as previewUrlOf } from "./proxy/host.ts";
import { createLookup } from "./proxy/lookup.ts";
import { createPreviewProxy, type PreviewProxy } from "./proxy/proxy.ts";
import { previewView } from "./proxy/view.ts";
import { createScratch } from "./sandbox/scratch.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { resolveBranch } from "./build/branch.ts";
import type { HandlePush } from "./webhook/delivery.ts";
import { findProvider } from "./webhook/provider.ts";
import { receive, type Received } from "./webhook/receive.ts";
import { replayInbox } from "./webhook/replay.ts";

/** The person who signs in with the link that the server prints. */
export const FIRST_USER = UserId.parse("admin");

export interface Services {
  readonly config: Config;
  readonly apps: Apps;
  readonly events: EventEndpoint;
  readonly deployLogs: DeployLogs;
  readonly hub: Hub;
  readonly proxy: PreviewProxy;
  /** Origins that may read answers (A5). */
  readonly allowedOrigins: readonly string[];
  readonly tokens: {
    create(user: UserId, name: string): ReturnType<typeof createApiToken>;
    list(user: UserId): ReturnType<typeof listApiTokens>;
    revoke(user: UserId, id: string): Promise<boolean>;
  };
  /** Whom apps can belong to: the user, and organisations that he belongs to. */
  readonly owners: {
    list(user: UserId): Promise<Owner[]>;
    create(user: UserId, name: string): Promise<Owner>;
    /** Null for whoever is no member. */
    members(user: UserId, owner: OwnerId): Promise<Membership[] | null>;
    putMember(by: UserId, membership: Membership): Promise<Result<Membership>>;
    removeMember(by: UserId, owner: OwnerId, user: UserId): Promise<Result<null>>;
  };
  /** A new user with a one-time link to sign in with; for the first user alone to give out. */
  invite(by: UserId, name: string): Promise<Result<{ user: User; signInLink: string }>>;
  identify(req: Request): Promise<Identity | null>;
  /** Whether the user may make apps for that owner. */
  mayUse(user: UserId, owner: OwnerId): Promise<boolean>;
  /** Takes a one-time link; `cookie` is the value for `Set-Cookie`. */
  signIn(token: string): Promise<Refusal | { ok: true; cookie: string }>;
  /** Ends the request's session; the value for `Set-Cookie`. */
  signOut(req: Request): Promise<string>;
  /** A new one-time link for the first user. */
  signInLink(): Promise<string>;
  issueTicket(user: UserId, app: App): Promise<Result<TicketAnswer>>;
  /** A Git host's delivery for an app. */
  webhook(
    req: Request,
    provider: string,
    appId: AppId,
  ): Promise<Received | Exclude<Result<never>, { ok: true }>>;
  /** Tells streams to come back, hands builds over, ends what runs here. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly kv: Deno.Kv;
  readonly sandbox: Sandbox;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds; a KV file that other processes share has to be looked at more often. */
  readonly pollMs?: number;
  /** Milliseconds between two sweeps for what vanished isolates left. */
  readonly sweepEvery?: number;
  /** Milliseconds for which a viewer who left still counts. */
  readonly graceMs?: number;
  /** Name of the channel between the isolates on this store; absent where there are no others. */
  readonly channel?: string;
}

/** Milliseconds between two writes of "somebody uses this preview", per app. */
const TOUCH_EVERY = 30_000;

export async function createServices(config: Config, around: Surroundings): Promise<Services> {
  const { kv, sandbox } = around;
  const now = Date.now;
  const isolateId = crypto.randomUUID();
  const secure = config.publicUrl.startsWith("https:");
  const allowedOrigins = originsAllowed(config.publicUrl, config.allowedOrigins);
  const previewUrl = (id: AppId) => previewUrlOf(id, config);

  const users = createUserStore(kv);
  const credentials = createCredentialStore(kv);
  const ticketStore = createTicketStore(kv);
  const deliveries = createDeliveryStore(kv);
  const appStore = createAppStore(kv);
  const previews = createPreviewStore(kv);
  const watcher = createAppWatcher(kv, around.pollMs);
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
  const hub: Hub = createHub({
    history,
    accelerator: around.channel === undefined ? null : createAccelerator(around.channel),
    previewUrl,
    logUrl: (deployId) => `${config.publicUrl}/api/deploys/${deployId}/logs`,
    join: (appId) => presence.join(appId),
  });
  const logs = createLogStore(kv, {
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
    watch: (appId, changed) => watcher.subscribe(appId, changed),
    sleepAfter: config.sleepAfter,
    now,
  });
  const apps = createApps({
    store: appStore,
    previews,
    coordinator,
    resolveBranch: branchOf,
    ownersOf: async (user) => (await ownersOf(users, user)).map(({ id }) => id),
    mayUse: (user, owner) => mayUse(users, user, owner),
    previewUrl,
    randomSecret: () => randomToken(24),
    now,
    onRemoved: (id) => hub.end(id),
  });

  const touched = new Map<AppId, number>();
  const lookup = createLookup(kv, { toView: previewView });
  const proxy = createPreviewProxy({
    lookup,
    acts: {
      touch(appId) {
        if (now() - (touched.get(appId) ?? 0) < Math.min(TOUCH_EVERY, config.sleepAfter / 2)) return;
        touched.set(appId, now());
        previews.touch(appId, now()).catch((error) => logError("touch-failed", error, { appId }));
      },
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

  async function sweep(): Promise<void> {
    try {
      await coordinator.sweep();
      const onError = (error: unknown) => logError("replay-failed", error);
      await replayInbox({ deliveries, handle: takePush, now: now(), onError });
      for (const id of await appStore.trash()) await appStore.wipe(id);
      for (const [appId, at] of touched) if (now() - at > TOUCH_EVERY) touched.delete(appId);
    } catch (error) {
      logError("sweep-failed", error);
    }
  }
  const sweeping = setInterval(sweep, around.sweepEvery ?? 10_000);
  await ensureUser(users, { id: FIRST_USER, name: "Admin" }, now());
  void sweep();

  const linkFor = async (user: UserId) =>
    `${config.publicUrl}/sign-in?token=${await createSignInLink(credentials, user, now())}`;

  const services: Services = {
    config,
    apps,
    hub,
    proxy,
    allowedOrigins,
    deployLogs: createDeployLogs(history, logs.head),
    events: createEventEndpoint({ hub, allowedOrigins, admit }),
    tokens: {
      create: (user, name) => createApiToken(credentials, user, name, now()),
      list: (user) => listApiTokens(credentials, user),
      revoke: (user, id) => revokeApiToken(credentials, user, id),
    },
    owners: {
      list: (user) => ownersOf(users, user),
      create: (user, name) => createOrganisation(users, name, user),
      members: async (user, owner) => await mayUse(users, user, owner) ? await users.members(owner) : null,
      async putMember(by, membership) {
        if (await users.findUser(membership.user) === null) return refuse("unknown_user");
        return await putMember(users, by, membership);
      },
      removeMember: (by, owner, user) => removeMember(users, by, owner, user),
    },
    async invite(by, name) {
      if (by !== FIRST_USER) return refuse("not_allowed");
      const user = await createUser(users, name, now());
      return granted({ user, signInLink: await linkFor(user.id) });
    },
    identify: (req) => identify(req, { ...users, ...credentials }, { now: now(), secure }),
    mayUse: (user, owner) => mayUse(users, user, owner),

    async signIn(token) {
      const session = await redeemSignInLink(credentials, token, now());
      return session.ok ? { ok: true, cookie: sessionCookie(session.value.value, secure) } : session;
    },

    async signOut(req) {
      for (const value of sessionCookieValues(req.headers.get("cookie"), secure)) {
        await endSession(credentials, value);
      }
      return endedSessionCookie(secure);
    },

    signInLink: () => linkFor(FIRST_USER),

    async issueTicket(user, app) {
      const issued = await issueTicket(config.ticketSecret, { user, app: app.id, now: now() });
      if (!issued.ok) return issued;
      const { ticket, expiresAt } = issued.value;
      const url = `${config.publicUrl}/api/apps/${app.id}/events`;
      return granted({ ticket, expiresAt: new Date(expiresAt).toISOString(), url });
    },

    async webhook(req, name, appId) {
      const provider = findProvider(name);
      const app = provider && await appStore.find(appId);
      if (!provider || !app) return refuse("unknown_app");
      const body = await readBody(req);
      if (!body.ok) return body;
      const { headers } = req;
      const onError = (error: unknown) => logError("push-failed", error, { appId });
      return await receive({
        provider,
        headers,
        rawBody: body.value,
        app,
        deliveries,
        handle: takePush,
        now: now(),
        onError,
      });
    },

    async drain() {
      clearInterval(sweeping);
      hub.drain(3_000);
      await coordinator.drain();
      await presence.close();
    },

    async close() {
      await services.drain();
      hub.close();
      watcher.close();
      await lookup.close();
      kv.close();
    },
  };

  /** A2 to A4: a ticket, taken once, or an API token; either way the user must be entitled to the app now. */
  async function admit(req: Request, appId: AppId) {
    const token = apiTokenFrom(req);
    const ticket = ticketFrom(req);
    let user: UserId;
    let hash: string | undefined;
    if (token !== null) {
      const identity = await services.identify(req);
      if (identity === null) return refuse("invalid_ticket", "no such API token");
      user = identity.user.id;
      hash = identity.credential;
    } else if (ticket !== null) {
      const claims = await redeemTicket(ticketStore, ticket, {
        secret: config.ticketSecret,
        app: appId,
        now: now(),
      });
      if (!claims.ok) return claims;
      user = claims.value.sub;
    } else return refuse("missing_ticket");
    const app = await apps.find(user, appId);
    if (app === null) return refuse("unknown_app");
    const owner = OwnerId.parse(app.owner);
    return granted({
      user,
      stillEntitled: () => stillEntitled({ ...users, ...credentials }, user, owner, hash),
    });
  }

  return services;
}
