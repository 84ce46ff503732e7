/** Sessions, API tokens and sign-in links on Deno KV: what proves who somebody is, all kept under hashes. */
import { ApiToken, type ApiTokenStore } from "../auth/api_tokens.ts";
import { Session, type SessionStore } from "../auth/sessions.ts";
import { SignInLink, type SignInLinkStore } from "../auth/sign_in_link.ts";
import { type Attempt, commit, commitLocked } from "./commit.ts";
import { gathererOf } from "./gather.ts";
import { keys } from "./keys.ts";

/** @param now the clock that `expireIn` is counted from, milliseconds since 1970 */
export function createCredentialStore(
  kv: Deno.Kv,
  now: () => number = Date.now,
): SessionStore & ApiTokenStore & SignInLinkStore {
  const gathered = gathererOf(kv);
  /** The store forgets it some time after `until`; readers compare `until` themselves. */
  const expiry = (until: number) => ({ expireIn: Math.max(1, until - now()) });

  return {
    async putSession(hash, session) {
      await commitLocked(kv.atomic().set(keys.session(hash), session, expiry(session.until)));
    },

    findSession: (hash) => gathered.find(keys.session(hash), (value) => Session.parse(value)),

    async extendSession(hash, until) {
      const { value } = await commit(async (): Promise<Attempt<boolean>> => {
        const entry = await kv.get(keys.session(hash));
        if (entry.value === null) return { value: false };
        const session = Session.parse(entry.value);
        // Two requests of one browser come at once: the second finds the work done.
        if (session.until >= until) return { value: true };
        const atomic = kv.atomic().check(entry).set(entry.key, { ...session, until }, expiry(until));
        return { atomic, value: true };
      });
      return value;
    },

    async endSession(hash) {
      await commitLocked(kv.atomic().delete(keys.session(hash)));
    },

    async putApiToken(token) {
      await commitLocked(setApiToken(kv.atomic(), token));
    },

    findApiToken: (hash) => gathered.find(keys.apiToken(hash), (value) => ApiToken.parse(value)),

    async touchApiToken(hash, usedAt) {
      const entry = await kv.get(keys.apiToken(hash));
      if (entry.value === null) return;
      // Where the check fails, somebody else has noted a use just now, or revoked it: both are fine.
      const token = { ...ApiToken.parse(entry.value), lastUsedAt: usedAt };
      await commitLocked(setApiToken(kv.atomic().check(entry), token));
    },

    async apiTokensOf(user) {
      const tokens: ApiToken[] = [];
      for await (const { value } of kv.list({ prefix: keys.apiTokensOf(user) })) {
        tokens.push(ApiToken.parse(value));
      }
      return tokens;
    },

    async removeApiToken(user, id) {
      const entry = await kv.get(keys.apiTokenOf(user, id));
      if (entry.value === null) return false;
      const { hash } = ApiToken.parse(entry.value);
      await commitLocked(kv.atomic().delete(entry.key).delete(keys.apiToken(hash)));
      return true;
    },

    async putSignInLink(hash, link) {
      await commitLocked(kv.atomic().set(keys.signIn(hash), link, expiry(link.until)));
    },

    async findSignInLink(hash) {
      const { value } = await kv.get(keys.signIn(hash));
      return value === null ? null : SignInLink.parse(value);
    },

    async exchangeSignInLink(hash, { hash: sessionHash, session }) {
      const entry = await kv.get(keys.signIn(hash));
      if (entry.value === null) return false;
      const atomic = kv.atomic().check(entry).delete(entry.key)
        .set(keys.session(sessionHash), session, expiry(session.until));
      return (await commitLocked(atomic)).ok;
    },
  };
}

const setApiToken = (atomic: Deno.AtomicOperation, token: ApiToken): Deno.AtomicOperation =>
  atomic.set(keys.apiToken(token.hash), token).set(keys.apiTokenOf(token.user, token.id), token);
