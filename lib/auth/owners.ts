/** Whom apps belong to: a user for himself, or an organisation. */
import * as z from "zod";
import { OwnerId, UserId } from "../protocol/ids.ts";
import { granted, refuse, type Result } from "../http/problem.ts";
import { randomToken } from "./secrets.ts";

export const Owner = z.object({ id: OwnerId, kind: z.enum(["user", "organisation"]), name: z.string() });
export type Owner = z.infer<typeof Owner>;

/** Both roles may use the owner's apps; only an `owner` changes who the members are. */
export const Role = z.enum(["owner", "member"]);
export const Membership = z.object({ owner: OwnerId, user: UserId, role: Role });
export type Membership = z.infer<typeof Membership>;

/** Where owners and their members are kept. */
export interface OwnerStore {
  findOwner(id: OwnerId): Promise<Owner | null>;
  /** False, and nothing stored, when the id is taken. */
  addOwner(owner: Owner, first: Membership): Promise<boolean>;
  findMembership(owner: OwnerId, user: UserId): Promise<Membership | null>;
  members(owner: OwnerId): Promise<Membership[]>;
  membershipsOf(user: UserId): Promise<Membership[]>;
  putMembership(membership: Membership): Promise<void>;
  removeMembership(owner: OwnerId, user: UserId): Promise<void>;
}

/** Whether the user may see and change what belongs to the owner (A3). */
export async function mayUse(
  store: Pick<OwnerStore, "findMembership">,
  user: UserId,
  owner: OwnerId,
): Promise<boolean> {
  return await store.findMembership(owner, user) !== null;
}

/** The user himself and the organisations that he belongs to, himself first. */
export async function ownersOf(store: OwnerStore, user: UserId): Promise<Owner[]> {
  const memberships = await store.membershipsOf(user);
  const owners = await Promise.all(memberships.map((membership) => store.findOwner(membership.owner)));
  return owners.filter((owner) => owner !== null)
    .sort((a, b) => Number(b.kind === "user") - Number(a.kind === "user") || a.name.localeCompare(b.name));
}

/** A new organisation; whoever makes it is its first owner. */
export async function createOrganisation(store: OwnerStore, name: string, by: UserId): Promise<Owner> {
  const owner: Owner = { id: OwnerId.parse(`o_${randomToken(12)}`), kind: "organisation", name };
  const added = await store.addOwner(owner, { owner: owner.id, user: by, role: "owner" });
  if (!added) throw new Error(`Cannot make organisation ${owner.id}: the id is taken`);
  return owner;
}

/** Adds a member or changes his role. `unknown_owner` unless `by` is an owner of that organisation. */
export async function putMember(
  store: OwnerStore,
  by: UserId,
  membership: Membership,
): Promise<Result<Membership>> {
  if (!await governs(store, by, membership.owner)) return refuse("unknown_owner");
  if (membership.role !== "owner" && await isLastOwner(store, membership.owner, membership.user)) {
    return refuse("invalid_input", "role: the last owner stays an owner");
  }
  await store.putMembership(membership);
  return granted(membership);
}

/** Takes a member out; anybody may leave. `unknown_owner` as above, `invalid_input` for the last owner. */
export async function removeMember(
  store: OwnerStore,
  by: UserId,
  owner: OwnerId,
  user: UserId,
): Promise<Result<null>> {
  const leaves = by === user && await mayUse(store, user, owner);
  if (!leaves && !await governs(store, by, owner)) return refuse("unknown_owner");
  if (await isLastOwner(store, owner, user)) {
    return refuse("invalid_input", "user: the last owner cannot go");
  }
  await store.removeMembership(owner, user);
  return granted(null);
}

/** A personal owner has one member for ever, so it is governed by nobody. */
async function governs(store: OwnerStore, user: UserId, id: OwnerId): Promise<boolean> {
  const [owner, membership] = await Promise.all([store.findOwner(id), store.findMembership(id, user)]);
  return owner?.kind === "organisation" && membership?.role === "owner";
}

async function isLastOwner(store: OwnerStore, owner: OwnerId, user: UserId): Promise<boolean> {
  const owners = (await store.members(owner)).filter((member) => member.role === "owner");
  return owners.length === 1 && owners[0].user === user;
}
