/** People and what they prove themselves with: sessions, tokens, links, organisations, tickets. Everything that routes ask. */
import type { App } from "../preview/app.ts";
import type { AppId, OwnerId } from "../protocol/ids.ts";
import { UserId } from "../protocol/ids.ts";
import type { TicketAnswer, TicketClaims } from "../protocol/ticket.ts";
import { granted, refuse, type Result } from "../http/problem.ts";
import { Recent } from "../recent.ts";
import {
  type ApiTokenStore,
  type ApiTokenView,
  createApiToken,
  listApiTokens,
  revokeApiToken,
} from "./api_tokens.ts";
import { apiTokenFrom, ticketFrom } from "./bearer.ts";
import {
  type Admitted,
  type Credential,
  type Ground,
  type Grounds,
  groundsOf,
  refusedWithout,
} from "./entitlement.ts";
import { identify, type Identity } from "./identify.ts";
import {
  createOrganisation,
  mayUse,
  type Membership,
  type Owner,
  ownersOf,
  type OwnerStore,
  putMember,
  removeMember,
} from "./owners.ts";
import { endedSessionCookie, sessionCookie, sessionCookieValues } from "./session_cookie.ts";
import { endSession, type SessionStore } from "./sessions.ts";
import { createSignInLink, redeemSignInLink, type SignInLinkStore } from "./sign_in_link.ts";
import { credentialOf, issueTicket, type TicketStore, useTicket, verifyTicket } from "./tickets.ts";
import { createUser, type User, type UserStore } from "./users.ts";

/** The person who signs in with the link that the server prints. */
export const FIRST_USER = UserId.parse("admin");

/** Apps that are remembered for those who come to them. */
const SEEN = 10_000;

export interface Accounts {
  readonly tokens: {
    create(user: UserId, name: string): Promise<{ token: string; view: ApiTokenView }>;
    list(user: UserId): Promise<ApiTokenView[]>;
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
  /** Whether the user may make apps for that owner, and use those that are there. */
  mayUse(user: UserId, owner: OwnerId): Promise<boolean>;
  /** Takes a one-time link; `cookie` is the value for `Set-Cookie`. */
  signIn(token: string): Promise<Result<{ readonly user: UserId; readonly cookie: string }>>;
  /** Ends the request's session; the value for `Set-Cookie`. */
  signOut(req: Request): Promise<string>;
  /** A new one-time link for the first user. */
  signInLink(): Promise<string>;
  /** A ticket for whoever asks: it dies with the session or token that he asked with. */
  issueTicket(identity: Identity, app: App): Promise<Result<TicketAnswer>>;
  /** A2 to A4: a ticket, taken once, or an API token; either way the user must be entitled to the app now. */
  admit(req: Request, appId: AppId): Promise<Result<Admitted>>;
}

export interface AccountPorts {
  readonly store: UserStore & OwnerStore & SessionStore & ApiTokenStore & SignInLinkStore;
  readonly tickets: TicketStore;
  readonly grounds: Grounds;
  readonly ticketSecret: string | undefined;
  /** Where people open Wakelight, without a slash at the end. */
  readonly publicUrl: string;
  readonly findApp: (id: AppId) => Promise<App | null>;
  readonly now: () => number;
}

export function createAccounts(ports: AccountPorts): Accounts {
  const { store, tickets, grounds, ticketSecret, publicUrl, now } = ports;
  const secure = publicUrl.startsWith("https:");
  /** Apps whose streams were asked for, as they were then. */
  const seen = new Recent<AppId, Pick<App, "id" | "owner" | "createdAt">>(SEEN);

  const linkFor = async (user: UserId) =>
    `${publicUrl}/sign-in?token=${await createSignInLink(store, user, now())}`;

  const accounts: Accounts = {
    tokens: {
      create: (user, name) => createApiToken(store, user, name, now()),
      list: (user) => listApiTokens(store, user),
      revoke: (user, id) => revokeApiToken(store, user, id),
    },

    owners: {
      list: (user) => ownersOf(store, user),
      create: (user, name) => createOrganisation(store, name, user),
      members: async (user, owner) => await mayUse(store, user, owner) ? await store.members(owner) : null,
      async putMember(by, membership) {
        if (await store.findUser(membership.user) === null) return refuse("unknown_user");
        return await putMember(store, by, membership);
      },
      removeMember: (by, owner, user) => removeMember(store, by, owner, user),
    },

    async invite(by, name) {
      if (by !== FIRST_USER) return refuse("not_allowed");
      const user = await createUser(store, name, now());
      return granted({ user, signInLink: await linkFor(user.id) });
    },

    identify: (req) => identify(req, store, { now: now(), secure }),
    mayUse: (user, owner) => mayUse(store, user, owner),

    async signIn(token) {
      const session = await redeemSignInLink(store, token, now());
      if (!session.ok) return session;
      const { session: { user }, value } = session.value;
      return granted({ user, cookie: sessionCookie(value, secure) });
    },

    async signOut(req) {
      for (const value of sessionCookieValues(req.headers.get("cookie"), secure)) {
        await endSession(store, value);
      }
      return endedSessionCookie(secure);
    },

    signInLink: () => linkFor(FIRST_USER),

    async issueTicket(identity, app) {
      const request = { user: identity.user.id, app: app.id, credential: identity, now: now() };
      const issued = await issueTicket(ticketSecret, request);
      if (!issued.ok) return issued;
      const { ticket, expiresAt } = issued.value;
      const url = `${publicUrl}/api/apps/${app.id}/events`;
      return granted({ ticket, expiresAt: new Date(expiresAt).toISOString(), url });
    },

    async admit(req, appId) {
      const bearer = await bearerOf(req, appId);
      if (!bearer.ok) return bearer;
      const { user, credential, ticket } = bearer.value;
      const [taken, entitled] = await Promise.all([
        ticket === null ? granted(null) : useTicket(tickets, ticket, now()),
        entitlementOf(user, credential, appId),
      ]);
      if (!taken.ok) return taken;
      if (!entitled.ok) return entitled;
      return granted({ user, hold: (holder) => grounds.watch(entitled.value, holder) });
    },
  };

  /** Who asks for a stream: the bearer of an API token, or whoever a ticket was made for, which is still to be taken. */
  async function bearerOf(
    req: Request,
    app: AppId,
  ): Promise<Result<{ user: UserId; credential: Credential; ticket: TicketClaims | null }>> {
    if (apiTokenFrom(req) !== null) {
      const identity = await accounts.identify(req);
      if (identity === null) return refuse("invalid_ticket", "no such API token");
      return granted({ user: identity.user.id, credential: identity, ticket: null });
    }
    const ticket = ticketFrom(req);
    if (ticket === null) return refuse("missing_ticket");
    const claims = await verifyTicket(ticket, { secret: ticketSecret, app, now: now() });
    if (!claims.ok) return claims;
    return granted({ user: claims.value.sub, credential: credentialOf(claims.value)!, ticket: claims.value });
  }

  /**
   * What the user's right to the app's stream rests on. It is read along with the app, as if that were still what it was
   * when somebody came last; where it is not, once more.
   */
  async function entitlementOf(user: UserId, credential: Credential, id: AppId): Promise<Result<Ground[]>> {
    const known = seen.get(id);
    const guess = known && groundsOf(user, credential, known);
    const [app, early] = await Promise.all([ports.findApp(id), guess && grounds.missing(guess)]);
    if (app === null) return refuse("unknown_app");
    const { owner, createdAt } = app;
    seen.set(id, { id, owner, createdAt });
    const isSame = known?.owner === owner && known.createdAt === createdAt;
    const needed = isSame ? guess! : groundsOf(user, credential, app);
    const missing = isSame ? early! : await grounds.missing(needed);
    if (missing === null) return granted(needed);
    const code = refusedWithout(missing);
    return code === "not_signed_in" ? refuse("invalid_ticket", "signed out") : refuse(code);
  }

  return accounts;
}
