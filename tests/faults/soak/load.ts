/** The whole load, which can be taken off and put on again, and the rest in between. */
import { until } from "../../support/until.ts";
import { audience, type Residents } from "./audience.ts";
import { DEEDS } from "./deeds.ts";
import { type Held, heldBy } from "./held.ts";
import { tell, type World } from "./world.ts";

/** Isolates of the server that stays. */
export const WORKERS = 2;

/**
 * Milliseconds after the last viewer has left and the last process has ended, until all that is kept for a while has
 * lapsed: 5 s of presence, a sweep every 10 s, a minute for the lookups of the previews' proxy.
 */
const LAPSE = 65_000;

/** @returns what takes it off again, and resolves when nobody looks and nothing is being done */
export function putOn(world: World, residents: Residents): () => Promise<void> {
  const stopping = new AbortController();
  const going = [
    audience(world, residents, stopping.signal),
    ...DEEDS.map((deed) => deed(world, stopping.signal)),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(going);
  };
}

/** What the server holds when it has nothing to do: no viewer, no build, every app asleep, and all lapsed. */
export async function atRest(world: World): Promise<Held> {
  const { house, server, apps } = world;
  await until("nothing runs", async () => {
    for (const { id } of apps) {
      await tell(world, server, "POST", `/api/apps/${id}/cancel`);
      await tell(world, server, "POST", `/api/apps/${id}/sleep`);
    }
    return (await house.sandboxed()).length === 0;
  }, { every: 500, within: 60_000, about: async () => (await house.sandboxed()).join("\n") });
  await new Promise((resolve) => setTimeout(resolve, LAPSE));
  const looks: Held[] = [];
  for (let i = 0; i < 3; i++) {
    looks.push(await heldBy(server, WORKERS));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  // What a heartbeat or a sweep holds just then is not kept.
  const least = (of: (held: Held) => number) => Math.min(...looks.map(of));
  return {
    isolates: looks[0].isolates.map((isolate, i) => ({
      ...isolate,
      heap: least(({ isolates }) => isolates[i].heap),
      external: least(({ isolates }) => isolates[i].external),
    })),
    native: looks[0].native && least(({ native }) => native!),
    rss: least(({ rss }) => rss),
    files: least(({ files }) => files),
  };
}
