/** What routes and pages ask of apps: the one door to records, deploys and commands. `apps.ts` implements it. */
import type { App } from "./app.ts";
import type { AppId, CommitId, DeployId, OwnerId, UserId } from "../protocol/ids.ts";
import type { AppSummary, CreateApp, DeployView, PatchApp } from "../protocol/api.ts";
import type { StatusAnswer, StatusPayload } from "../protocol/events.ts";
import type { Result } from "../http/problem.ts";

export interface Snapshot {
  readonly app: App;
  readonly status: StatusPayload;
  readonly error: string | null;
}

export interface Apps {
  /** Resolves the branch first: `repository_not_found`, `branch_not_found`. The new app's head commit waits to be built. */
  create(input: CreateApp, owner: OwnerId): Promise<Result<App>>;
  /** All apps of the user and of the organisations he belongs to, newest change first. */
  list(user: UserId): Promise<AppSummary[]>;
  /** Null where there is no such app, and where it is not the user's (A3). */
  find(user: UserId, id: string): Promise<App | null>;
  /** The app as pages show it first; one snapshot read. */
  snapshot(app: App): Promise<Snapshot>;
  summary(app: App): Promise<AppSummary>;
  patch(app: App, change: PatchApp): Promise<Result<App>>;
  remove(app: App): Promise<void>;
  /** A16: one read, never touches the sandbox; null for an unknown app. */
  status(id: AppId): Promise<StatusAnswer | null>;
  /** A17: builds in any case; without a commit the branch's head, or what was built last if the host is away. */
  build(app: App, commit?: CommitId): Promise<Result<DeployView>>;
  wake(app: App): Promise<Result<StatusAnswer>>;
  sleep(app: App): Promise<Result<StatusAnswer>>;
  cancel(app: App): Promise<Result<StatusAnswer>>;
  /** Newest first. */
  deploys(app: App, limit?: number): Promise<DeployView[]>;
  deploy(app: App, id: DeployId): Promise<DeployView | null>;
}
