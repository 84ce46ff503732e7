/**
 * Figure 12: two isolates against one, under `deno serve --parallel`: 1,000 viewers of one app, who with two of them are spread
 * by the kernel. News go from the isolate of the app to the other by BroadcastChannel and KV, which must not cost more than
 * the second isolate brings. Neither server is bound to a core; the load has its own all the same. The viewers come by
 * WebSocket: on SSE one isolate delivers as much as the load can read, and another has nothing to add.
 */
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { startServer } from "../support/server.ts";
import { median } from "../support/stats.ts";
import { type Subject, wakelight, watch } from "../support/subject.ts";
import { startSwarm, type Viewers } from "../support/swarm.ts";

const VIEWERS = 1_000;
/** More at once would be read slower than written: the load keeps all of them, and would be the limit. */
const LINES = 4_000;
const WARM_UP = 1_000;
/** Of a round: three processes share two cores, so that one time says little. */
const SATURATIONS = { quick: 2, full: 4 };
const STEADY = { rate: 10, seconds: 2 };

/** Events a second, events for each second of processor time, and milliseconds. */
interface Measured {
  readonly workers: number;
  readonly subject: Subject;
  readonly viewers: Viewers;
  readonly perSecond: number[];
  readonly perCore: number[];
  readonly p99: number[];
}

async function saturate({ subject, viewers, perSecond, perCore }: Measured): Promise<void> {
  const before = subject.cpuSeconds();
  const { printed, seen } = await viewers.follow(subject.printer, { lines: LINES });
  perCore.push(seen.delivered / (subject.cpuSeconds() - before));
  perSecond.push(seen.delivered / (seen.lastDoneAt - printed.begun) * 1e6);
}

async function steady({ subject, viewers, p99 }: Measured): Promise<void> {
  p99.push((await viewers.follow(subject.printer, STEADY)).seen.latency.p99);
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  await using stack = new AsyncDisposableStack();
  const swarm = stack.use(await startSwarm());
  const cases: Measured[] = [];
  for (const workers of [1, 2]) {
    const server = stack.use(await startServer({ workers, core: null }));
    const subject = await wakelight(server);
    const viewers = await watch(swarm, subject, { transport: "ws", count: VIEWERS });
    await viewers.follow(subject.printer, { lines: WARM_UP });
    cases.push({ workers, subject, viewers, perSecond: [], perCore: [], p99: [] });
  }
  for (let round = 0; round < rounds * SATURATIONS[quick ? "quick" : "full"]; round++) {
    for (const one of cases) await saturate(one);
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) await steady(one);
  }
  const [one, two] = cases;
  const value = median(two.perSecond.map((perSecond, round) => perSecond / one.perSecond[round]));
  return {
    id: "workers",
    title: `Two isolates and one, ${VIEWERS} WebSocket viewers of one app`,
    rows: cases.flatMap(({ workers, perSecond, perCore, p99 }) => {
      const name = workers === 1 ? "one isolate" : "two isolates";
      return [
        { name, of: "for each second", values: perSecond, unit: "events" },
        { name, of: "for each second of processor time", values: perCore, unit: "events" },
        { name, of: `p99 at ${STEADY.rate}/s`, values: p99, unit: "ms" },
      ];
    }),
    ratios: [{ name: "delivered each second, two isolates / one, one after the other", value }],
    verdicts: [{
      target: "two isolates no slower than one",
      measured: `${value.toFixed(2)} ×`,
      met: value >= 1,
    }],
    notes: [
      "Every viewer was proven to have got all events in order, whichever isolate it was at.",
      "Two isolates have to share the second core with the load, which needs most of it to read what they deliver.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
