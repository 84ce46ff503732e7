/** Every key of the store is made here, and nowhere else. What each one holds stands beside it. */
import type { AppId, DeployId, OwnerId, UserId } from "../protocol/ids.ts";
import type { LeaseKind } from "../preview/store.ts";

export const keys = {
  /** `App` */
  app: (id: AppId) => ["app", id],
  apps: () => ["app"],
  /** true, from the first moment of a deletion until the last of the app's data is gone */
  trash: (id: AppId) => ["trash", id],
  trashes: () => ["trash"],

  /** `PreviewRecord` */
  preview: (id: AppId) => ["preview", id],
  /** `Lease` */
  lease: (id: AppId, kind: LeaseKind) => ["lease", id, kind],
  leases: () => ["lease"],
  /** `KvU64`: milliseconds since 1970 of the last request to the preview */
  active: (id: AppId) => ["active", id],
  /** `EventEntry` */
  event: (id: AppId, rev: number) => ["event", id, rev],
  events: (id: AppId) => ["event", id],

  /** `Deploy` */
  deploy: (id: AppId, deploy: DeployId) => ["deploy", id, deploy],
  deploys: (id: AppId) => ["deploy", id],
  /** true: from that moment on, in milliseconds since 1970, the app may have deploys that are no longer kept */
  trim: (at: number, id: AppId) => ["trim", at, id],
  trims: () => ["trim"],
  /** `LogHead` */
  logHead: (deploy: DeployId) => ["log-head", deploy],
  /** `Uint8Array`, NDJSON of `LogPayload`s without their deployId and line */
  log: (deploy: DeployId, firstLine: number) => ["log", deploy, firstLine],
  logs: (deploy: DeployId) => ["log", deploy],

  /** `{until}` and where it runs */
  isolate: (isolateId: string) => ["isolate", isolateId],
  isolates: () => ["isolate"],
  /** true while that isolate has viewers of the app */
  viewers: (id: AppId, isolateId: string) => ["viewers", id, isolateId],
  viewersOf: (id: AppId) => ["viewers", id],

  /** `BoardLine` */
  board: (owner: OwnerId, id: AppId) => ["board", owner, id],
  boards: (owner: OwnerId) => ["board", owner],
  /** `KvU64`, summed at each change of a board line, to be watched */
  feed: (owner: OwnerId) => ["feed", owner],

  /** `Delivery` */
  delivery: (provider: string, id: string) => ["delivery", provider, id],
  /** true while that delivery is not handled */
  inbox: (provider: string, id: string) => ["inbox", provider, id],
  inboxes: () => ["inbox"],

  /** Milliseconds since 1970 until which somebody else does what all isolates of a process would do at their start */
  first: (what: string) => ["first", what],

  /** true: a ticket that was used. By when it expires first: those of a storm lie together, and are written together. */
  ticket: (exp: number, jti: string) => ["ticket", exp, jti],
  /** `User` */
  user: (id: UserId) => ["user", id],
  /** `Owner` */
  owner: (id: OwnerId) => ["owner", id],
  /** `Membership`, under both ends */
  member: (owner: OwnerId, user: UserId) => ["member", owner, user],
  members: (owner: OwnerId) => ["member", owner],
  memberOf: (user: UserId, owner: OwnerId) => ["member-of", user, owner],
  membershipsOf: (user: UserId) => ["member-of", user],
  /** `Session`, by the SHA-256 of the cookie's value */
  session: (hash: string) => ["session", hash],
  /** `ApiToken`, by the SHA-256 of the token, and by its user */
  apiToken: (hash: string) => ["api-token", hash],
  apiTokenOf: (user: UserId, id: string) => ["api-token-of", user, id],
  apiTokensOf: (user: UserId) => ["api-token-of", user],
  /** `SignInLink`, by the SHA-256 of its token */
  signIn: (hash: string) => ["sign-in", hash],
} satisfies Record<string, (...args: never[]) => Deno.KvKey>;
