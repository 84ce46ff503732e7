/** The people who sign in. */
import * as z from "zod";
import { OwnerId, UserId } from "../protocol/ids.ts";
import type { Membership, Owner } from "./owners.ts";
import { randomToken } from "./secrets.ts";

export const PersonName = z.string().trim().min(1).max(80);

export const User = z.object({
  id: UserId,
  name: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});
export type User = z.infer<typeof User>;

/** Where users are kept. */
export interface UserStore {
  findUser(id: UserId): Promise<User | null>;
  /** Stores a user together with the owner that he is for himself; false, and nothing stored, when the id is taken. */
  addUser(user: User, personal: Owner, membership: Membership): Promise<boolean>;
}

/**
 * The user of that id, made if he does not exist yet: several isolates may start at once and ask for the same first user.
 * Every user has a personal owner of the same id, so an app has one kind of `owner` whoever it belongs to.
 * @throws ZodError for an empty or overlong name
 */
export async function ensureUser(
  store: UserStore,
  wanted: { readonly id: UserId; readonly name: string },
  now: number,
): Promise<User> {
  const known = await store.findUser(wanted.id);
  if (known) return known;
  const user: User = { id: wanted.id, name: PersonName.parse(wanted.name), createdAt: now };
  const owner = OwnerId.parse(user.id);
  const added = await store.addUser(
    user,
    { id: owner, kind: "user", name: user.name },
    { owner, user: user.id, role: "owner" },
  );
  if (added) return user;
  const other = await store.findUser(wanted.id);
  if (!other) throw new Error(`Cannot make user ${wanted.id}: an owner has that id`);
  return other;
}

/** A new user under a random id. */
export const createUser = (store: UserStore, name: string, now: number): Promise<User> =>
  ensureUser(store, { id: UserId.parse(`u_${randomToken(12)}`), name }, now);
