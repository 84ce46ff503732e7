/** Counts the commits of a log from without, while it is written: its head changes with each of them. */
import { keys } from "../../lib/kv/keys.ts";
import { LogHead } from "../../lib/preview/record.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";

/** Milliseconds between two looks; commits of one log are 25 ms apart at least. */
const LOOK_EVERY = 5;

export interface LogCommits {
  readonly commits: number;
  /** That came in those commits. */
  readonly lines: number;
  /** From the first of these commits to the last. */
  readonly seconds: number;
}

/**
 * Resolves when the log has so many lines.
 * @param dataDir of a server with a store of its own, on this machine
 * @param ms to wait for them
 * @throws where they do not come in that time
 */
export async function watchLog(
  dataDir: string,
  deployId: DeployId,
  lines: number,
  ms = 60_000,
): Promise<LogCommits> {
  using kv = await Deno.openKv(`${dataDir}/kv.sqlite`);
  const look = async () => {
    const { value, versionstamp } = await kv.get(keys.logHead(deployId));
    return { lines: value === null ? 0 : LogHead.parse(value).lines, versionstamp, at: performance.now() };
  };
  const first = await look();
  let begun = first;
  let last = first;
  let commits = 0;
  while (last.lines < lines) {
    const now = await look();
    if (now.at > first.at + ms) throw new Error(`Only ${now.lines} of ${lines} lines are stored`);
    if (now.versionstamp !== last.versionstamp) {
      // What came with the first one may have waited long.
      if (begun === first) begun = now;
      else commits++;
      last = now;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return { commits, lines: last.lines - begun.lines, seconds: (last.at - begun.at) / 1000 };
}
