/** A stream ends when the right to it ends (X7). */
import type { OwnerId, UserId } from "../protocol/ids.ts";
import type { ApiTokenStore } from "./api_tokens.ts";
import { mayUse, type OwnerStore } from "./owners.ts";

/**
 * Whether a stream that was granted may go on: asked again and again while it is open, two reads at most.
 * A stream that an API token opened names the token's hash, so that it ends when the token is revoked.
 */
export async function stillEntitled(
  store: Pick<OwnerStore, "findMembership"> & Pick<ApiTokenStore, "findApiToken">,
  user: UserId,
  appOwner: OwnerId,
  apiTokenHash?: string,
): Promise<boolean> {
  if (apiTokenHash !== undefined && await store.findApiToken(apiTokenHash) === null) return false;
  return await mayUse(store, user, appOwner);
}
