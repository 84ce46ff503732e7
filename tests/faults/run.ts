/**
 * `deno task faults` runs 2,000 schedules, `deno task faults 4711` replays that one and tells its story.
 * `--from=1`, `--count=200`, `--workers=2` and `--enough=1` (stop after so many that failed) do what they say.
 */
import { runBatch } from "./schedule/batch.ts";
import { report } from "./schedule/report.ts";
import { runSchedule } from "./schedule/schedule.ts";

const options = Object.fromEntries(
  Deno.args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2).split("=")),
);
const number = (name: string) => options[name] === undefined ? undefined : Number(options[name]);
const seed = Deno.args.find((arg) => /^\d+$/.test(arg));

if (seed !== undefined) {
  const lines: string[] = [];
  const { violations } = await runSchedule(Number(seed), (line) => lines.push(line));
  console.log(lines.join("\n"));
  console.log(violations.length === 0 ? `schedule ${seed} holds` : violations.join("\n"));
  Deno.exit(violations.length === 0 ? 0 : 1);
}

const result = await runBatch({
  from: number("from") ?? Number(Deno.env.get("FAULTS_SEED") ?? 1),
  count: number("count") ?? 2_000,
  workers: number("workers"),
  enough: number("enough"),
});
console.log(report(result));
Deno.exit(result.failed.length === 0 ? 0 : 1);
