/** What a server process holds: the heap of each isolate, and what the system counts for all of it. */
import { until } from "../../support/until.ts";

export const HELD_PATH = "/.soak/held";

/** Bytes, after garbage collection; `native`, what lies outside V8, and `rss` are the whole process's. */
export interface IsolateHolds {
  readonly isolate: string;
  readonly heap: number;
  readonly external: number;
  readonly native: number | null;
  readonly rss: number;
  /** Event streams and held polls, viewers that the hub knows, keys that are watched for them. */
  readonly streams: number;
  readonly viewers: number;
  readonly grounds: number;
}

export interface Held {
  /** In the order of their names. */
  readonly isolates: readonly IsolateHolds[];
  readonly native: number | null;
  readonly rss: number;
  /** Open files, sockets and pipes. */
  readonly files: number;
}

/** Asks by new connections until each isolate has taken one. */
export async function heldBy(server: { url: string; pid: number }, isolates: number): Promise<Held> {
  const found = new Map<string, IsolateHolds>();
  await until("every isolate has told", async () => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const answer = await fetch(`${server.url}${HELD_PATH}`, { client });
    const held: IsolateHolds = await answer.json();
    found.set(held.isolate, held);
    return found.size === isolates;
  }, { every: 10, within: 30_000 });
  const all = [...found.values()].toSorted((a, b) => a.isolate.localeCompare(b.isolate));
  const { native, rss } = all[all.length - 1];
  return { isolates: all, native, rss, files: filesOf(server.pid) };
}

function filesOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Seconds of processor time of a process and of its children that have ended. */
export function processorTime(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  // utime, stime, cutime and cstime, in hundredths of a second.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / 100;
}
