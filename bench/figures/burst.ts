/**
 * Figure 2: 2,000 lines printed at once to 100 viewers: from the first byte at the first viewer until the last viewer has the
 * last line, and from the printer's first write until then. What the process ran of that time on its core is told, too: on a machine that others
 * use as well the rest may be waiting for the core.
 */
import { type Case, find, seatCases } from "../support/cases.ts";
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { coreUse } from "../support/process.ts";
import { median } from "../support/stats.ts";
import { NAMES, TRANSPORTS } from "../support/transports.ts";

const VIEWERS = 100;
const LINES = 2_000;
/** Milliseconds: what is to be reached, and what would be good. */
const TARGET = 150, GOAL = 75;
/** Ours are short: so many of them for each of a baseline's. */
const OURS = 4;

/** Milliseconds. */
type Measured = Case & { readonly spread: number[]; readonly whole: number[]; readonly ran: number[] };

async function measure({ subject, viewers, spread, whole, ran }: Measured): Promise<void> {
  const before = coreUse(subject.pid);
  const { printed, seen } = await viewers.follow(subject.printer, { lines: LINES });
  spread.push((seen.lastDoneAt - seen.firstAt) / 1000);
  whole.push((seen.lastDoneAt - printed.begun) / 1000);
  ran.push((coreUse(subject.pid).ran - before.ran) * 1000);
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  await using stack = new AsyncDisposableStack();
  const { all, notes } = await seatCases(stack, {
    count: VIEWERS,
    sample: VIEWERS,
    with: ["seed technique", "nchan"],
    warmUp: { Wakelight: { lines: 2 * LINES }, "seed technique": { lines: LINES }, nchan: { lines: 100 } },
  });
  const cases: Measured[] = all.map((one) => ({ ...one, spread: [], whole: [], ran: [] }));
  // Theirs take seconds each.
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) {
      if (one.who !== "Wakelight" && quick && round > 0) continue;
      for (let i = one.who === "Wakelight" ? OURS : 1; i > 0; i--) await measure(one);
    }
  }

  const times = TRANSPORTS.map((transport) => median(find(cases, "Wakelight", transport)!.spread));
  return {
    id: "burst",
    title: `A burst of ${LINES} lines to ${VIEWERS} viewers`,
    rows: cases.flatMap(({ name, spread, whole, ran }) => [
      { name, of: "first byte to last complete", values: spread, unit: "ms" },
      { name, of: "print to last complete", values: whole, unit: "ms" },
      { name, of: "time on its core", values: ran, unit: "ms" },
    ]),
    ratios: cases.filter(({ who }) => who !== "Wakelight").map(({ who, transport, spread }) => ({
      name: `${who} / Wakelight, ${NAMES[transport]}`,
      value: median(spread) / times[TRANSPORTS.indexOf(transport)],
    })),
    verdicts: TRANSPORTS.map((transport, i) => ({
      target: `${NAMES[transport]} within ${TARGET} ms`,
      measured: `${times[i].toFixed(0)} ms${times[i] <= GOAL ? ", the goal of half of it is reached" : ""}`,
      met: times[i] <= TARGET,
    })),
    notes: ["Every viewer was proven to have got all lines in order, in every burst.", ...notes()],
    plots: [{
      id: "burst",
      title: `${LINES} lines at once to ${VIEWERS} viewers, from the first byte until the last one has all`,
      kind: "bars",
      x: "",
      y: "ms",
      series: cases.map(({ name, spread }) => ({ name, points: [[0, median(spread)]] })),
    }],
    // The slower transport.
    headline: { burst: Math.max(...times).toFixed(0) },
  };
}

if (import.meta.main) await runAlone(run);
