/**
 * `ReadStanding` on Deno KV: one snapshot of all that is asked. Which membership to read is known only from token and
 * app, so the first time takes two; after that the one that counted last is read along, and judged by what it is then.
 * Whoever is a member is a user: users stay, so that theirs is no key to read (as for streams, see `groundsOf`).
 */
import { ApiToken, isSettledToken } from "../auth/api_tokens.ts";
import { isSettledSession, Session } from "../auth/sessions.ts";
import { App } from "../preview/app.ts";
import { EMPTY_RECORD, Lease, PreviewRecord } from "../preview/record.ts";
import type { Asker, ReadStanding } from "../preview/status_path.ts";
import type { AppId, OwnerId, UserId } from "../protocol/ids.ts";
import { Recent } from "../recent.ts";
import { keys } from "./keys.ts";

/** Askers of an app that are remembered. */
const REMEMBERED = 1_000;

interface Membership {
  readonly owner: OwnerId;
  readonly user: UserId;
}

export function createStandings(kv: Deno.Kv, now: () => number): ReadStanding {
  const remembered = new Recent<string, Membership>(REMEMBERED);

  /** Whose token or session it is; null where it is none, or where its use has to be noted. */
  function userOf({ via }: Asker, value: unknown): UserId | null {
    if (value === null) return null;
    const shown = via === "token" ? ApiToken.parse(value) : Session.parse(value);
    const settled = "until" in shown ? isSettledSession(shown, now()) : isSettledToken(shown, now());
    return settled ? shown.user : null;
  }

  async function read(asker: Asker, appId: AppId, { owner, user }: Membership) {
    const [shown, app, preview, instance, member] = await kv.getMany<unknown[]>([
      asker.via === "token" ? keys.apiToken(asker.hash) : keys.session(asker.hash),
      keys.app(appId),
      keys.preview(appId),
      keys.lease(appId, "instance"),
      keys.member(owner, user),
    ]);
    const found = userOf(asker, shown.value);
    if (found === null || app.value === null) return null;
    return {
      membership: { owner: App.parse(app.value).owner, user: found },
      member: member.value !== null,
      standing: {
        record: preview.value === null ? EMPTY_RECORD : PreviewRecord.parse(preview.value),
        instance: instance.value === null ? null : Lease.parse(instance.value),
      },
    };
  }

  return async (asker, appId) => {
    const name = `${asker.hash} ${appId}`;
    let guess = remembered.get(name) ?? { owner: "" as OwnerId, user: "" as UserId };
    for (let tries = 0; tries < 2; tries++) {
      const found = await read(asker, appId, guess);
      if (found === null) return null;
      const { owner, user } = found.membership;
      if (owner === guess.owner && user === guess.user) return found.member ? found.standing : null;
      remembered.set(name, guess = found.membership);
    }
    return null;
  };
}
