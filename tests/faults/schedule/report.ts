/** What people read after many schedules. */
import type { BatchResult } from "./batch.ts";

export function report({ verdicts, failed, milliseconds }: BatchResult): string {
  const sum = (of: "turns" | "revs" | "items") => verdicts.reduce((total, verdict) => total + verdict[of], 0);
  const seeds = verdicts.map(({ seed }) => seed);
  const lines = [
    `${verdicts.length} schedules, seeds ${Math.min(...seeds)} to ${Math.max(...seeds)}, in ${
      (milliseconds / 1000).toFixed(1)
    } s: ${sum("turns")} steps, ${sum("revs")} events, ${sum("items")} items seen; ${failed.length} failed`,
  ];
  for (const { seed, violations } of failed) {
    lines.push("", `schedule ${seed} (replay it with: deno task faults ${seed})`);
    lines.push(...violations.slice(0, 3).map((violation) => `  ${violation}`));
  }
  return lines.join("\n");
}
