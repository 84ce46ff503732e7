/** X1 to X5: many isolates that die, stall and lose their store, in thousands of schedules that a number brings back. */
import { assert, assertEquals } from "@std/assert";
import { runBatch } from "./schedule/batch.ts";
import { report } from "./schedule/report.ts";
import { runSchedule } from "./schedule/schedule.ts";

const FROM = Number(Deno.env.get("FAULTS_SEED") ?? 1);
const COUNT = 2_000;

Deno.test("a seed is a schedule: the same story, word by word, each time", async () => {
  for (const seed of [FROM, FROM + 7, FROM + 23]) {
    const [once, again]: string[][] = [[], []];
    await runSchedule(seed, (line) => once.push(line));
    await runSchedule(seed, (line) => again.push(line));
    assert(once.length > 100);
    assertEquals(again, once);
  }
});

Deno.test(`X1 X2 X3 X4 X5 DESIGN 1-5: nothing lost, nothing twice, one actor, in ${COUNT} schedules of faults from seed ${FROM} on`, async () => {
  const result = await runBatch({ from: FROM, count: COUNT });
  console.log(report(result));
  assert(result.failed.length === 0, report(result));
  assertEquals(result.verdicts.length, COUNT);
  const seen = result.verdicts.reduce((sum, { items }) => sum + items, 0);
  assert(seen > COUNT * 5, `people saw ${seen} events: too little happens for a test`);
});
