/** What the soak's deeds share: servers, apps, the ledger, and the counts for its report. */
import type { House } from "../processes/house.ts";
import type { ProductionServer } from "../processes/production.ts";
import type { PreviewApp } from "../../support/preview_app.ts";
import type { Random } from "../schedule/random.ts";
import type { Ledger } from "./ledger.ts";

/** For both servers: long logs lose their beginning within minutes, and apps that nobody visits fall asleep. */
export const SETTINGS = { LOG_MAX_BYTES: String(2 * 1024 * 1024), SLEEP_AFTER: "30" };

export interface Counts {
  /** Visits: one stream, or one after the other where it was cut, from when a viewer comes until he leaves. */
  visits: number;
  /** Sandbox processes and servers that were killed. */
  sandboxes: number;
  servers: number;
  /** Apps that were made and deleted. */
  apps: number;
  /** Streams that ended without a word; only a server that was killed may do that. */
  cut: number;
}

export interface World {
  readonly house: House;
  /** The one that stays. */
  readonly server: ProductionServer;
  /** The one that is killed, while it is up. */
  other: ProductionServer | null;
  /** Apps that stay, from the quietest to the loudest. */
  readonly apps: readonly PreviewApp[];
  readonly ledger: Ledger;
  readonly counts: Counts;
  readonly random: Random;
}

/** One of the servers that are up. */
export const anyServer = ({ server, other, random }: World): ProductionServer =>
  other !== null && random.chance(0.4) ? other : server;

/** Sends a request as somebody who is signed in. @returns null where the server was killed meanwhile */
export async function send(
  world: World,
  server: ProductionServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response | null> {
  const session = await world.house.session(server);
  try {
    const answer = await session.send(method, path, body);
    if (answer.status >= 500 && answer.status !== 503) {
      world.ledger.problem(`${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    }
    return answer;
  } catch (error) {
    if (server === world.server) world.ledger.problem(`${method} ${path}: ${error}`);
    return null;
  }
}

/** The same, for whoever does not want to know more than the status. */
export async function tell(...request: Parameters<typeof send>): Promise<number | null> {
  const answer = await send(...request);
  await answer?.body?.cancel().catch(() => {});
  return answer && answer.status;
}
