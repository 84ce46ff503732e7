/** A data folder, as many servers on it as a test wants, and what one asks of them. */
import type { DeployView } from "../../../lib/protocol/api.ts";
import type { DeployLog } from "../../../lib/protocol/deploy_log.ts";
import { createApp, type NewApp, type PreviewApp } from "../../support/preview_app.ts";
import { processesOf } from "../../support/processes.ts";
import { type Requests, requestsWith, signInCookie } from "../../support/session.ts";
import { until } from "../../support/until.ts";
import { type ProductionServer, type StartOptions, startProduction } from "./production.ts";

export type { ProductionServer };

export interface StoredDeploy extends DeployView {
  readonly lines: readonly string[];
}

export interface House {
  readonly dataDir: string;
  start(options?: StartOptions): Promise<ProductionServer>;
  session(server: ProductionServer): Promise<Requests>;
  createApp(server: ProductionServer, app: NewApp): Promise<PreviewApp>;
  /** Asks the server at that address for a ticket. */
  ticket(appId: string, url: string): Promise<string>;
  /** What the store has, as that server tells it: all deploys of an app, oldest first, each with its lines. */
  deploys(server: ProductionServer, appId: string): Promise<StoredDeploy[]>;
  /** What runs in sandboxes, and their guardians. */
  sandboxed(): Promise<string[]>;
}

/** A house that somebody has to close. */
export interface OpenHouse extends House {
  /** What all servers printed. */
  output(): string;
  /** Ends all servers and removes the folder. @throws where anything outlives them */
  close(): Promise<void>;
}

/** With a data folder of its own. */
export async function openHouse(): Promise<OpenHouse> {
  const dataDir = await Deno.makeTempDir({ prefix: "wakelight-faults-" });
  const servers: ProductionServer[] = [];
  /** One session for all servers, which have it in their store. */
  let cookie: Promise<string> | undefined;
  const house: OpenHouse = {
    dataDir,
    async start(options) {
      const server = await startProduction(dataDir, options);
      servers.push(server);
      cookie ??= signInCookie(server);
      await cookie;
      return server;
    },
    session: async (server) => requestsWith(server, await cookie!),
    createApp: async (server, app) => await createApp(server, await house.session(server), app),
    async ticket(appId, url) {
      const answer = await fetch(`${url}/api/apps/${appId}/ticket`, {
        method: "POST",
        headers: { cookie: await cookie!, origin: url },
      });
      const body = await answer.json();
      if (!answer.ok) throw new Error(`No ticket: ${answer.status} ${JSON.stringify(body)}`);
      return body.ticket;
    },
    async deploys(server, appId) {
      const session = await house.session(server);
      const { deploys } = await session.get<{ deploys: DeployView[] }>(`/api/apps/${appId}/deploys`);
      return await Promise.all(
        deploys.toReversed().map(async (deploy) => {
          const { lines } = await session.get<DeployLog>(`/api/deploys/${deploy.id}/logs`);
          return { ...deploy, lines: lines.map(({ message }) => message) };
        }),
      );
    },
    sandboxed: () => processesOf(`${dataDir}/sandboxes`),
    output: () => servers.map(({ url, output }) => `--- ${url}\n${output}`).join("\n"),
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
      try {
        await until("nothing is left", async () => (await processesOf(dataDir)).length === 0, {
          within: 10_000,
          about: async () => (await processesOf(dataDir)).join("\n"),
        });
      } finally {
        await Deno.remove(dataDir, { recursive: true });
      }
    },
  };
  return house;
}

/**
 * Registers a test with a house of its own. Afterwards all servers are ended; it is a failure if anything outlives
 * them. What they printed is shown where the test fails.
 */
export function test(name: string, run: (house: House) => Promise<void>): void {
  Deno.test(name, async () => {
    const house = await openHouse();
    try {
      await run(house);
    } catch (error) {
      console.error(house.output());
      throw error;
    } finally {
      await house.close();
    }
  });
}
