/** The real stores on a KV of their own, for the tests of this folder. */
import { createCredentialStore } from "../../lib/kv/credentials.ts";
import { createTicketStore } from "../../lib/kv/tickets.ts";
import { createUserStore } from "../../lib/kv/users.ts";
import type { AppId, OwnerId, UserId } from "../../lib/protocol/ids.ts";

/** 2026-01-01, in milliseconds: the tests' present. */
export const NOW = 1_767_225_600_000;
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

export const ada = "ada" as UserId;
export const bob = "bob" as UserId;
export const shop = "shop" as AppId;
/** Of a ticket as we make it now. */
export const TICKET = {
  iss: "wakelight",
  aud: "events",
  sub: ada,
  app: shop,
  jti: `0123456789.token.${"0".repeat(64)}`,
  iat: NOW / 1000,
  exp: NOW / 1000 + 300,
};
export const asOwner = (user: UserId) => user as string as OwnerId;

export const storeOn = (kv: Deno.Kv, now: () => number = () => NOW) => ({
  ...createUserStore(kv),
  ...createCredentialStore(kv, now),
  ...createTicketStore(kv),
});

/** The KV, where something happens between the first read and the write that follows it. */
export function interrupted(kv: Deno.Kv, between: () => Promise<unknown>): Deno.Kv {
  let pending = true;
  const get = async (key: Deno.KvKey) => {
    const entry = await kv.get(key);
    if (pending) {
      pending = false;
      await between();
    }
    return entry;
  };
  return new Proxy(kv, {
    get(target, name) {
      if (name === "get") return get;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
