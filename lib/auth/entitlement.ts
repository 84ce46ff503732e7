/** What the right to a stream rests on, and how its end is heard of (X7). */
import type { AppId, OwnerId, UserId } from "../protocol/ids.ts";
import type { Identity } from "./identify.ts";

/** What somebody proved himself with: the SHA-256 of a session's value or of an API token. */
export type Credential = Pick<Identity, "via" | "credential">;

/** One of the things that a right rests on; when it is no more, the right has ended. */
export type Ground =
  | { readonly type: "session" | "token"; readonly hash: string; readonly user: UserId }
  | { readonly type: "membership"; readonly owner: OwnerId; readonly user: UserId }
  /** This app, not another one that was made under the same id later. */
  | { readonly type: "app"; readonly id: AppId; readonly createdAt: number };

/** Everything that has to hold for the stream of an app, in the order in which a refusal names it. */
export function groundsOf(
  user: UserId,
  { via, credential }: Credential,
  app: { readonly id: AppId; readonly owner: OwnerId; readonly createdAt: number },
): Ground[] {
  return [
    { type: via, hash: credential, user },
    { type: "membership", owner: app.owner, user },
    { type: "app", id: app.id, createdAt: app.createdAt },
  ];
}

/** What somebody without this ground is refused with: without a session or token he is nobody, the others are about the app. */
export const refusedWithout = ({ type }: Ground): "not_signed_in" | "unknown_app" =>
  type === "session" || type === "token" ? "not_signed_in" : "unknown_app";

/** Who is told, once, that a right has ended: an object that is there anyhow, as there is one for each open stream. */
export interface RightHolder {
  rightEnded(code: "not_signed_in" | "unknown_app"): void;
}

/** One for all who rest on the same grounds. */
export interface Right {
  /** That one will be told nothing more. */
  leave(holder: RightHolder): void;
}

/** Somebody who may open a stream, and keep it until his right ends (X7). */
export interface Admitted {
  readonly user: UserId;
  /** The holder will be told what a new request would then be refused with, but never before this returns. */
  readonly hold: (holder: RightHolder) => Right;
}

/** Where the grounds of rights are kept. `lib/kv/grounds.ts` implements it. */
export interface Grounds {
  /** The first that does not hold now, or null. One read, shared with whoever asks at the same time. */
  missing(grounds: readonly Ground[]): Promise<Ground | null>;
  /** Tells the holder soon after one of them ceased to hold, in whichever isolate; never before it returns. */
  watch(grounds: readonly Ground[], holder: RightHolder): Right;
}
