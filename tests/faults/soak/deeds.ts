/** What happens to the apps meanwhile. Each deed goes on until it is told to stop, and then has left nothing half done. */
import { until } from "../../support/until.ts";
import { install, noisyApp, START } from "./noisy_app.ts";
import { person } from "./person.ts";
import { pause, type Transport } from "./streams.ts";
import { anyServer, send, SETTINGS, tell, type World } from "./world.ts";

export type Deed = (world: World, stopping: AbortSignal) => Promise<void>;

/** Seconds between two times, from and to. */
const every =
  (from: number, to: number, act: (world: World, stopping: AbortSignal) => Promise<unknown>): Deed =>
  async (world, stopping) => {
    for (;;) {
      await pause(world.random.int(from * 1000, to * 1000), stopping);
      if (stopping.aborted) return;
      try {
        await act(world, stopping);
      } catch (error) {
        world.ledger.problem(String(error));
      }
    }
  };

/** A push of a new commit, or a build of the one that is there; the loudest app has the longest rest. */
const deploys = (index: number, from: number, to: number): Deed =>
  every(from, to, async (world) => {
    const app = world.apps[index];
    if (world.random.chance(0.5)) await app.push({ "message.txt": crypto.randomUUID() });
    else await tell(world, anyServer(world), "POST", `/api/apps/${app.id}/builds`);
  });

/** A process of an app, killed as the system does when memory is short. Guardians are not the app's. */
const kills: Deed = every(8, 16, async ({ house, random, counts }) => {
  const found = (await house.sandboxed()).filter((line) => !line.includes("wakelight-guardian"));
  if (found.length === 0) return;
  try {
    Deno.kill(parseInt(random.pick(found)), "SIGKILL");
    counts.sandboxes++;
  } catch (error) {
    // Ended meanwhile.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
});

const sleeps: Deed = every(15, 30, async (world, stopping) => {
  const path = `/api/apps/${world.random.pick(world.apps).id}`;
  await tell(world, anyServer(world), "POST", `${path}/sleep`);
  await pause(world.random.int(500, 5_000), stopping);
  await tell(world, anyServer(world), "POST", `${path}/wake`);
});

/** A visitor of a preview, who wakes it where it sleeps, and somebody who opens its page and the dashboard. */
const visits: Deed = every(2, 6, async (world) => {
  const app = world.random.pick(world.apps);
  const server = anyServer(world);
  using client = Deno.createHttpClient({ allowHost: true, poolMaxIdlePerHost: 0 });
  try {
    const host = `${app.id}.localhost:${server.port}`;
    const answer = await fetch(server.url, { client, headers: { host, accept: "text/html" } });
    await answer.body?.cancel();
    if (answer.status === 500) world.ledger.problem(`a visit to ${app.id}: 500`);
  } catch (error) {
    if (server === world.server) world.ledger.problem(`a visit to ${app.id}: ${error}`);
  }
  for (const path of ["/", `/apps/${app.id}`, `/api/apps/${app.id}/deploys`]) {
    await tell(world, server, "GET", path);
  }
});

/** An app that is made, built while people look, and deleted, perhaps before it runs. */
const births: Deed = every(12, 24, async (world, stopping) => {
  const { house, server, random, counts } = world;
  const app = await house.createApp(server, {
    name: `Brief ${++counts.apps}`,
    files: noisyApp({ every: 200, lines: 2, length: 40 }),
    commands: { install: install(random.int(1, 20)), start: START },
  });
  const leaving = new AbortController();
  const viewers = (["sse", "websocket", "json"] as const).map((transport: Transport) =>
    person(world, app, {
      visits: 1,
      stay: () => 60_000,
      away: () => 0,
      transport: () => transport,
      mayGo: true,
    }, leaving.signal)
  );
  await pause(random.int(1_000, 6_000), stopping);
  await until(`${app.id} is deleted`, async () => {
    const answer = await send(world, anyServer(world), "DELETE", `/api/apps/${app.id}`);
    return answer?.status === 204 || answer?.status === 404;
  });
  // Told, all of them, and not only once they ask again.
  const patience = setTimeout(() => {
    world.ledger.problem(`viewers of ${app.id} were not told that it is gone`);
    leaving.abort();
  }, 20_000);
  await Promise.all(viewers);
  clearTimeout(patience);
});

/** The second server: up for most of a minute, then killed, and up again after a moment. */
const otherServer: Deed = async (world, stopping) => {
  const { house, random, counts } = world;
  const server = await house.start({ env: SETTINGS });
  for (;;) {
    world.other = server;
    await pause(random.int(40_000, 55_000), stopping);
    world.other = null;
    if (stopping.aborted) break;
    await server.stop("SIGKILL");
    counts.servers++;
    await pause(random.int(1_000, 8_000), stopping);
    if (stopping.aborted) return;
    await server.start();
  }
  await server.stop();
};

export const DEEDS: readonly Deed[] = [
  deploys(0, 8, 16),
  deploys(1, 12, 24),
  deploys(2, 30, 50),
  kills,
  sleeps,
  visits,
  births,
  otherServer,
];
