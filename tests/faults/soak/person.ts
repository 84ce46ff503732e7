/** Somebody who looks at an app now and then: comes, stays, leaves, and goes on where he was when he comes again. */
import type { PreviewApp } from "../../support/preview_app.ts";
import { open, pause, type Transport } from "./streams.ts";
import { Reader } from "./reader.ts";
import { anyServer, type World } from "./world.ts";

export interface Habits {
  /** How often he comes. */
  readonly visits: number;
  /** Milliseconds. */
  readonly stay: () => number;
  readonly away: () => number;
  /** Chosen anew for each visit. */
  readonly transport: () => Transport;
  /** Milliseconds until he reads on, asked after each read; SSE alone can be read slowly from here. */
  readonly dawdle?: () => number;
  /** The app may be deleted while he looks. */
  readonly mayGo?: boolean;
}

let people = 0;

/** @returns his place in the app's history, when he has been there as often as he wanted, or was told to stop */
export async function person(
  world: World,
  app: PreviewApp,
  habits: Habits,
  stopping: AbortSignal,
  reader?: Reader,
): Promise<Reader> {
  const name = `viewer ${++people} of ${app.id}`;
  reader ??= new Reader(name, world.ledger);
  for (let visit = 0; visit < habits.visits && !stopping.aborted; visit++) {
    if (visit > 0) await pause(habits.away(), stopping);
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    stopping.addEventListener("abort", leave);
    const timer = setTimeout(leave, habits.stay());
    world.counts.visits++;
    const there = await stay(world, app, habits, reader, leaving.signal, name);
    clearTimeout(timer);
    stopping.removeEventListener("abort", leave);
    if (!there) break;
  }
  return reader;
}

/** Follows until he leaves. @returns false where the app is gone */
async function stay(
  world: World,
  app: PreviewApp,
  { transport, dawdle = () => 0, mayGo = false }: Habits,
  reader: Reader,
  leaving: AbortSignal,
  name: string,
): Promise<boolean> {
  const chosen = transport();
  while (!leaving.aborted) {
    const server = anyServer(world);
    // A server that is killed says nothing; the one that stays has no reason to.
    const doomed = server !== world.server;
    try {
      const ticket = await world.house.ticket(app.id, server.url);
      if (leaving.aborted) return true;
      const url = `${server.url}/api/apps/${app.id}/events`;
      const end = await open[chosen]({ url, ticket, reader, leaving, dawdle });
      if (end.type === "gone") {
        if (!mayGo) world.ledger.problem(`${name}: the app is gone`);
        return false;
      }
      if (end.type === "refused") world.ledger.problem(`${name}: refused with ${end.said}`);
      if (end.type === "cut") {
        if (doomed) world.counts.cut++;
        else if (!mayGo) world.ledger.problem(`${name}: ${chosen} was cut by the server that stays`);
      }
      await pause(end.type === "told" ? end.afterMs : 300, leaving);
    } catch (error) {
      if (/No ticket: 404/.test(String(error)) && mayGo) return false;
      if (!doomed) world.ledger.problem(`${name}: ${error}`);
      await pause(300, leaving);
    }
  }
  return true;
}
