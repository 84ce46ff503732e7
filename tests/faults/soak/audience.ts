/** Who looks: people who come and go, some who read slowly or not at all, and a few who stay. */
import type { PreviewApp } from "../../support/preview_app.ts";
import { type Habits, person } from "./person.ts";
import type { Reader } from "./reader.ts";
import { stall } from "./stalled.ts";
import { pause, type Transport } from "./streams.ts";
import { anyServer, type World } from "./world.ts";

/** Places that are taken again as soon as somebody has left. */
const PASSERS_BY = 32;
const SLOW = 4;
const STALLED = 3;

/** One viewer of each app who is always there, and has his place in its history from one load to the next. */
export type Residents = Map<PreviewApp, Reader>;

/** @returns when all have left, after they were told to */
export async function audience(world: World, residents: Residents, stopping: AbortSignal): Promise<void> {
  const { random, apps } = world;
  const seconds = (from: number, to: number) => () => random.int(from * 1000, to * 1000);
  const anyTransport = () => random.weighted<Transport>({ sse: 5, websocket: 5, json: 2 });
  const anyApp = () => apps[Number(random.weighted({ 0: 5, 1: 4, 2: 2 }))];
  const loudest = apps[apps.length - 1];

  const passing = (): Habits => ({
    visits: random.int(1, 4),
    stay: seconds(1, 30),
    away: seconds(0, 8),
    transport: anyTransport,
  });
  /** Reads nothing for a while, now and then; some until they leave. */
  const slow = (): Habits => {
    const reads = random.int(20, 60);
    return {
      visits: 2,
      stay: seconds(40, 90),
      away: seconds(0, 3),
      transport: () => "sse",
      dawdle: () => random.chance(1 / reads) ? random.int(10_000, 60_000) : 0,
    };
  };
  const again = async (act: () => Promise<unknown>) => {
    while (!stopping.aborted) await act();
  };
  const times = (count: number, act: () => Promise<unknown>) =>
    Array.from({ length: count }, () => again(act));

  await Promise.all([
    ...times(PASSERS_BY, () => person(world, anyApp(), passing(), stopping)),
    ...times(SLOW, () => person(world, loudest, slow(), stopping)),
    ...times(STALLED, async () => {
      const { url } = anyServer(world);
      try {
        const ticket = await world.house.ticket(loudest.id, url);
        world.counts.visits++;
        await stall(`${url}/api/apps/${loudest.id}/events`, ticket, random.int(20_000, 90_000), stopping);
      } catch {
        // Cut, with the server that was killed.
        await pause(500, stopping);
      }
    }),
    ...apps.map(async (app, i) => {
      const habits: Habits = {
        visits: Infinity,
        stay: seconds(120, 240),
        away: () => 0,
        transport: () => i % 2 === 0 ? "websocket" : "sse",
      };
      residents.set(app, await person(world, app, habits, stopping, residents.get(app)));
    }),
  ]);
}
