/** The names of things on the wire and in KV. Branded, so that one kind of id cannot be passed for another. */
import * as z from "zod";

/** An app's id is also its subdomain, so it is a legal DNS label: 1 to 48 of `a-z 0-9 -`, a letter first. */
export const AppId = z.string().regex(/^[a-z](?:[a-z0-9-]{0,46}[a-z0-9])?$/, "is no app id").brand<"AppId">();
export type AppId = z.infer<typeof AppId>;

/** A ULID: 26 characters of Crockford's base 32, sorts by time. */
export const DeployId = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, "is no deploy id").brand<
  "DeployId"
>();
export type DeployId = z.infer<typeof DeployId>;

/** A full Git object name: 40 hex digits, or 64 in a SHA-256 repository. */
export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "is no full commit id").brand<
  "CommitId"
>();
export type CommitId = z.infer<typeof CommitId>;

export const UserId = z.string().min(1).max(64).brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

/** A user or an organisation: whoever an app belongs to. */
export const OwnerId = z.string().min(1).max(64).brand<"OwnerId">();
export type OwnerId = z.infer<typeof OwnerId>;
