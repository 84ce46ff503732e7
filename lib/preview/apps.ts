/** What people and programs do with apps: create, look, change, build, wake, delete. */
import { granted, refuse } from "../http/problem.ts";
import { AppId, CommitId, type OwnerId, type UserId } from "../protocol/ids.ts";
import type { AppSummary, DeployView } from "../protocol/api.ts";
import type { App } from "./app.ts";
import { appIdFor } from "./app_id.ts";
import type { Apps } from "./apps_port.ts";
import type { Coordinator } from "./coordinator.ts";
import { nextDeployId } from "./deploy_id.ts";
import { derive, present, statusAnswer } from "./derive.ts";
import type { Deploy } from "./record.ts";
import type { Loaded, PreviewStore } from "./store.ts";

/** Where apps are kept. */
export interface AppStore {
  find(id: AppId): Promise<App | null>;
  /** False where the id is taken, also by an app that is just being removed. */
  create(app: App): Promise<boolean>;
  /** Null for an unknown app. */
  update(id: AppId, change: Partial<Omit<App, "id" | "owner">>): Promise<App | null>;
  /** The app is gone, all at once; its logs and events are there still. */
  remove(app: App): Promise<void>;
  /** Removes what is left of an app that is gone; again after a crash. */
  wipe(id: AppId): Promise<void>;
  /** With the time of each one's last change, in milliseconds since 1970. */
  ofOwner(owner: OwnerId): Promise<{ app: App; at: number }[]>;
  /** Apps that are gone and not wiped yet. */
  trash(): Promise<AppId[]>;
}

/** The Git host, asked for where a branch stands. */
export type ResolveBranch = (
  wanted: { repository: string; branch?: string },
) => Promise<
  | { ok: true; commit: CommitId; branch: string }
  | { ok: false; code: "repository_not_found" | "branch_not_found"; detail?: string }
>;

export interface AppsPorts {
  readonly store: AppStore;
  readonly previews: PreviewStore;
  readonly coordinator: Pick<Coordinator, "handle" | "look">;
  readonly resolveBranch: ResolveBranch;
  /** Owners whose apps this user may see. */
  readonly ownersOf: (user: UserId) => Promise<readonly OwnerId[]>;
  readonly mayUse: (user: UserId, owner: OwnerId) => Promise<boolean>;
  /** Where an app's preview is visited. */
  readonly previewUrl: (id: AppId) => string;
  readonly randomSecret: () => string;
  readonly now: () => number;
  /** Ends the app's event streams on this isolate. */
  readonly onRemoved: (id: AppId) => void;
}

const NAME_TRIES = 5;

export function createApps(ports: AppsPorts): Apps {
  const { store, previews, coordinator, previewUrl, now } = ports;

  function summarise(app: App, loaded: Loaded | null, at: number): AppSummary {
    const status = loaded && derive(loaded.record, loaded.leases, now(), previewUrl(app.id));
    return {
      id: app.id,
      name: app.name,
      owner: app.owner,
      repository: app.repository,
      branch: app.branch,
      status: status?.state ?? "uninitialized",
      pendingBuild: status?.pendingBuild ?? false,
      commit: status?.commit ?? null,
      previewUrl: previewUrl(app.id),
      updatedAt: new Date(at).toISOString(),
    };
  }

  async function status(id: AppId) {
    const loaded = await previews.load(id);
    return loaded && statusAnswer(loaded.record, loaded.leases, now(), previewUrl(id));
  }

  /** Commits an input that a person asked for, and answers with what it led to. */
  async function ask(app: App, input: Parameters<Coordinator["handle"]>[1]) {
    const saved = await coordinator.handle(app.id, input);
    if (saved === null || saved === "handled") return refuse("unknown_app");
    const answer = await status(app.id);
    return answer === null ? refuse("unknown_app") : granted(answer);
  }

  const freshDeployId = (loaded: Loaded) => nextDeployId(loaded.record.latest?.deployId ?? null, now());

  return {
    async create(input, owner) {
      const { name, repository } = input;
      const head = await ports.resolveBranch({
        repository,
        ...(input.branch ? { branch: input.branch } : {}),
      });
      if (!head.ok) return refuse(head.code, head.detail);
      for (let attempt = 0; attempt < NAME_TRIES; attempt++) {
        const suffix = attempt === 0 ? "" : crypto.randomUUID().slice(0, 6);
        const app: App = {
          id: appIdFor(name, suffix),
          name,
          owner,
          repository,
          branch: head.branch,
          commands: input.commands ?? {},
          env: input.env ?? {},
          webhookSecret: ports.randomSecret(),
          createdAt: now(),
        };
        if (!await store.create(app)) continue;
        await coordinator.handle(app.id, {
          type: "pushed",
          commit: head.commit,
          before: null,
          trigger: "created",
        });
        return granted(app);
      }
      return refuse("app_exists");
    },

    async list(user) {
      const found: AppSummary[] = [];
      for (const owner of await ports.ownersOf(user)) {
        for (const { app, at } of await store.ofOwner(owner)) {
          found.push(summarise(app, await previews.load(app.id), at));
        }
      }
      return found.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
    },

    async find(user, id) {
      const appId = AppId.safeParse(id);
      if (!appId.success) return null;
      const app = await store.find(appId.data);
      return app && await ports.mayUse(user, app.owner) ? app : null;
    },

    async snapshot(app) {
      const loaded = await previews.load(app.id);
      if (loaded === null) {
        return { app, status: { state: "uninitialized", pendingBuild: false }, error: null };
      }
      const { record, leases } = loaded;
      return {
        app: loaded.app,
        status: derive(record, leases, now(), previewUrl(app.id)),
        error: present(record, leases, now()).lastError,
      };
    },

    summary: async (app) => summarise(app, await previews.load(app.id), now()),

    async patch(app, change) {
      if (change.branch !== undefined && change.branch !== app.branch) {
        const { repository } = app;
        const head = await ports.resolveBranch({ repository, branch: change.branch });
        if (!head.ok) return refuse(head.code, head.detail);
        const updated = await store.update(app.id, change);
        if (updated === null) return refuse("unknown_app");
        await coordinator.handle(app.id, {
          type: "pushed",
          commit: head.commit,
          before: null,
          trigger: "push",
        });
        return granted(updated);
      }
      const updated = await store.update(app.id, change);
      return updated === null ? refuse("unknown_app") : granted(updated);
    },

    async remove(app) {
      await store.remove(app);
      ports.onRemoved(app.id);
      await coordinator.look(app.id);
      await store.wipe(app.id);
    },

    status,

    async build(app, commit) {
      const loaded = await previews.load(app.id);
      if (loaded === null) return refuse("unknown_app");
      const wanted = commit ?? await newestCommit(app, loaded);
      if (wanted === null) return refuse("nothing_to_build");
      const saved = await coordinator.handle(app.id, (current) => ({
        type: "build-requested",
        commit: wanted,
        deployId: freshDeployId(current),
      }));
      if (saved === null || saved === "handled" || saved.record.build === null) return refuse("unknown_app");
      const deploy = await previews.deploy(app.id, saved.record.build.deployId);
      return deploy === null ? refuse("unknown_app") : granted(deployView(deploy));
    },

    async wake(app) {
      const loaded = await previews.load(app.id);
      if (loaded?.record.latest === null && loaded.record.pendingBuild === null) {
        return refuse("nothing_to_build");
      }
      return await ask(app, (current) => ({
        type: "wake-requested",
        by: "person",
        deployId: freshDeployId(current),
      }));
    },

    sleep: (app) => ask(app, { type: "sleep-requested" }),
    cancel: (app) => ask(app, { type: "cancel-requested" }),

    deploys: async (app, limit = 20) => (await previews.deploys(app.id, limit)).map(deployView),

    async deploy(app, id) {
      const deploy = await previews.deploy(app.id, id);
      return deploy && deployView(deploy);
    },
  };

  /** The branch's head; where the host does not answer, the newest commit that we know of. */
  async function newestCommit(app: App, { record }: Loaded): Promise<CommitId | null> {
    const head = await ports.resolveBranch({ repository: app.repository, branch: app.branch });
    if (head.ok) return head.commit;
    return record.pendingBuild?.commit ?? record.pushed?.commit ?? record.latest?.commit ?? null;
  }
}

function deployView({ id, commit, trigger, status, error, createdAt, endedAt }: Deploy): DeployView {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    id,
    commit,
    trigger,
    status,
    error,
    createdAt: iso(createdAt),
    endedAt: endedAt === null ? null : iso(endedAt),
  };
}
