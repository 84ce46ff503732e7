/** Counts the commits of a log from without, while it is written: its head changes with each of them. */
import { keys } from "../../lib/kv/keys.ts";
import { LogHead } from "../../lib/preview/record.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";

/** Milliseconds between two looks; commits of one log are 25 ms apart at least. */
const LOOK_EVERY = 5;

export interface LogCommits {
  readonly commits: number;
  /** From the first line to the last. */
  readonly seconds: number;
}

/**
 * Resolves when the log has so many lines and more than it had.
 * @param dataDir of a server with a store of its own, on this machine
 */
export async function watchLog(dataDir: string, deployId: DeployId, lines: number): Promise<LogCommits> {
  using kv = await Deno.openKv(`${dataDir}/kv.sqlite`);
  const look = async () => {
    const { value, versionstamp } = await kv.get(keys.logHead(deployId));
    return { lines: value === null ? 0 : LogHead.parse(value).lines, versionstamp };
  };
  const before = await look();
  let last = before;
  let commits = 0;
  let begun = 0;
  while (last.lines < before.lines + lines) {
    const now = await look();
    if (now.versionstamp !== last.versionstamp) {
      begun ||= performance.now();
      commits++;
    }
    last = now;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return { commits, seconds: (performance.now() - begun) / 1000 };
}
