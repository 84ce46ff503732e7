/** Keys for scripts and terminals: `wl_` and a random value, kept as its SHA-256. */
import * as z from "zod";
import { UserId } from "../protocol/ids.ts";
import { randomToken, sha256Hex } from "./secrets.ts";

const PREFIX = "wl_";
const SHAPE = /^wl_[\w-]{43}$/;
/** Milliseconds; `lastUsedAt` is for people, and a script may ask every second. */
const TOUCH_AFTER = 60 * 60 * 1000;

/** Times are milliseconds since 1970. */
export const ApiToken = z.object({
  id: z.string(),
  user: UserId,
  hash: z.string(),
  name: z.string(),
  createdAt: z.number(),
  /** True to the hour; null before the first use. */
  lastUsedAt: z.number().nullable(),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const ApiTokenName = z.string().trim().min(1).max(80);

/** What its user sees of a token afterwards. */
export type ApiTokenView = Omit<ApiToken, "hash" | "user">;

/** Where API tokens are kept. */
export interface ApiTokenStore {
  putApiToken(token: ApiToken): Promise<void>;
  findApiToken(hash: string): Promise<ApiToken | null>;
  /** Notes a use, unless the token was revoked meanwhile. */
  touchApiToken(hash: string, usedAt: number): Promise<void>;
  apiTokensOf(user: UserId): Promise<ApiToken[]>;
  /** False when the user has no such token. */
  removeApiToken(user: UserId, id: string): Promise<boolean>;
}

/** True for what can only be an API token: a ticket is a JWT and never starts so. */
export const looksLikeApiToken = (credential: string): boolean => credential.startsWith(PREFIX);

/** @returns the token itself, shown once and kept nowhere, and what is known about it */
export async function createApiToken(
  store: ApiTokenStore,
  user: UserId,
  name: string,
  now: number,
): Promise<{ token: string; view: ApiTokenView }> {
  const token = PREFIX + randomToken();
  const record: ApiToken = {
    id: randomToken(9),
    user,
    hash: await sha256Hex(token),
    name: ApiTokenName.parse(name),
    createdAt: now,
    lastUsedAt: null,
  };
  await store.putApiToken(record);
  return { token, view: viewOf(record) };
}

/** True where one more use need not be noted. */
export const isSettledToken = ({ lastUsedAt }: ApiToken, now: number): boolean =>
  lastUsedAt !== null && now - lastUsedAt < TOUCH_AFTER;

/** What is known of a token that came with a request, or null. Notes the use once an hour. */
export async function findApiToken(
  store: ApiTokenStore,
  token: string,
  now: number,
): Promise<ApiToken | null> {
  if (!SHAPE.test(token)) return null;
  const record = await store.findApiToken(await sha256Hex(token));
  if (!record) return null;
  if (!isSettledToken(record, now)) {
    await store.touchApiToken(record.hash, now);
  }
  return record;
}

/** Newest first. */
export async function listApiTokens(store: ApiTokenStore, user: UserId): Promise<ApiTokenView[]> {
  const tokens = await store.apiTokensOf(user);
  return tokens.map(viewOf).sort((a, b) => b.createdAt - a.createdAt);
}

/** False when the user has no such token. */
export const revokeApiToken = (store: ApiTokenStore, user: UserId, id: string): Promise<boolean> =>
  store.removeApiToken(user, id);

const viewOf = ({ id, name, createdAt, lastUsedAt }: ApiToken): ApiTokenView => ({
  id,
  name,
  createdAt,
  lastUsedAt,
});
