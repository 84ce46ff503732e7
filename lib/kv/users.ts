/** `UserStore` and `OwnerStore` on Deno KV. A membership is written under both its ends, always together. */
import { type Membership, Membership as MembershipSchema, Owner, type OwnerStore } from "../auth/owners.ts";
import { User, type UserStore } from "../auth/users.ts";
import { commitLocked } from "./commit.ts";
import { gathererOf } from "./gather.ts";
import { keys } from "./keys.ts";

export function createUserStore(kv: Deno.Kv): UserStore & OwnerStore {
  const gathered = gathererOf(kv);

  async function memberships(prefix: Deno.KvKey): Promise<Membership[]> {
    const found: Membership[] = [];
    for await (const { value } of kv.list({ prefix })) found.push(MembershipSchema.parse(value));
    return found;
  }

  return {
    findUser: (id) => gathered.find(keys.user(id), (value) => User.parse(value)),

    async addUser(user, personal, membership) {
      const key = keys.user(user.id);
      const atomic = newOwner(kv, personal, membership).check({ key, versionstamp: null }).set(key, user);
      return (await commitLocked(atomic)).ok;
    },

    async findOwner(id) {
      const { value } = await kv.get(keys.owner(id));
      return value === null ? null : Owner.parse(value);
    },

    addOwner: async (owner, first) => (await commitLocked(newOwner(kv, owner, first))).ok,

    findMembership: (owner, user) =>
      gathered.find(keys.member(owner, user), (value) => MembershipSchema.parse(value)),

    members: (owner) => memberships(keys.members(owner)),
    membershipsOf: (user) => memberships(keys.membershipsOf(user)),

    async putMembership(membership) {
      await commitLocked(setMembership(kv.atomic(), membership));
    },

    async removeMembership(owner, user) {
      await commitLocked(kv.atomic().delete(keys.member(owner, user)).delete(keys.memberOf(user, owner)));
    },
  };
}

function newOwner(kv: Deno.Kv, owner: Owner, first: Membership): Deno.AtomicOperation {
  const key = keys.owner(owner.id);
  return setMembership(kv.atomic().check({ key, versionstamp: null }).set(key, owner), first);
}

const setMembership = (atomic: Deno.AtomicOperation, membership: Membership): Deno.AtomicOperation =>
  atomic
    .set(keys.member(membership.owner, membership.user), membership)
    .set(keys.memberOf(membership.user, membership.owner), membership);
