/**
 * Figure 1: how many events a second of the server's core brings to 1,000 viewers of one app while that prints as fast as it
 * can, against the seed's technique and nchan in the same run. Delivered events are those that viewers were proven to have;
 * all viewers end complete. A baseline gets fewer lines, so that it is done in some seconds, too: it is a rate.
 */
import { type Case, find, seatCases } from "../support/cases.ts";
import { type Figure, runAlone, type RunOptions, type Verdict } from "../support/figure.ts";
import { median } from "../support/stats.ts";
import { short } from "../support/table.ts";
import { NAMES, TRANSPORTS } from "../support/transports.ts";

const VIEWERS = 1_000;
/** Lines of a round, quick and not. */
const LINES = { Wakelight: [4_000, 8_000], "seed technique": [200, 600], nchan: [100, 500] } as const;
/** Code that has run a few times only is not what is measured. */
const WARM_UP = { Wakelight: { lines: 1_000 }, "seed technique": { lines: 200 }, nchan: { lines: 20 } };
/** More lines than the server keeps in memory for viewers who are behind: from there it has to read what it stored. */
const MANY = 40_000;
/** Milliseconds that all may take to have them. A stream is asked to resume after nine minutes: all has to be done by then. */
const PATIENCE = 60_000;
/** Events for each second of one core, and how many times those of the others. */
const TARGET = 2e6;
const TIMES = { "seed technique": 15, nchan: 10 } as const;

/** Delivered events for each second of the server's processor time, and for each from the first print to the last read. */
interface Rates {
  readonly perCore: number[];
  readonly perSecond: number[];
}

type Measured = Case & Rates;

async function measure({ subject, viewers, perCore, perSecond }: Measured, lines: number): Promise<void> {
  const before = subject.cpuSeconds();
  const { printed, seen } = await viewers.follow(subject.printer, { lines }, 120_000);
  perCore.push(seen.delivered / (subject.cpuSeconds() - before));
  perSecond.push(seen.delivered / (seen.lastDoneAt - printed.begun) * 1e6);
}

/** What is delivered in the time there is, whether all are complete then or not. */
async function measureMany({ subject, viewers }: Case): Promise<{ rates: Rates; complete: number }> {
  await viewers.arm(MANY);
  const begun = performance.now();
  const before = subject.cpuSeconds();
  const printing = subject.printer.print({ lines: MANY });
  const { delivered, complete } = await viewers.complete(PATIENCE);
  const perCore = delivered / (subject.cpuSeconds() - before);
  const perSecond = delivered / (performance.now() - begun) * 1000;
  await printing;
  // Who is late is waited for: the next one is to be measured alone.
  await viewers.complete(4 * PATIENCE);
  return { rates: { perCore: [perCore], perSecond: [perSecond] }, complete };
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const linesOf = (who: keyof typeof LINES) => LINES[who][quick ? 0 : 1];
  await using stack = new AsyncDisposableStack();
  const { all, notes } = await seatCases(stack, {
    count: VIEWERS,
    sample: VIEWERS,
    with: ["seed technique", "nchan"],
    warmUp: WARM_UP,
  });
  const cases: Measured[] = all.map((one) => ({ ...one, perCore: [], perSecond: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) await measure(one, linesOf(one.who as keyof typeof LINES));
  }
  const many: Measured[] = [];
  const late: Verdict[] = [];
  for (const one of quick ? [] : cases.filter(({ who }) => who === "Wakelight")) {
    const name = `${one.name}, ${MANY} lines at once`;
    const target = `all viewers complete within ${PATIENCE / 1000} s, ${name}`;
    try {
      const { rates, complete } = await measureMany(one);
      many.push({ ...one, name, ...rates });
      late.push({ target, measured: `${complete} of ${VIEWERS}`, met: complete === VIEWERS });
    } catch (error) {
      // What was measured before is no worse for it.
      late.push({ target, measured: String(error), met: false });
    }
  }
  const { ratios, verdicts, headline } = compare(cases, many);

  return {
    id: "saturation",
    title: `Delivered events at saturation, ${VIEWERS} viewers of one app`,
    rows: [...cases, ...many].flatMap(({ name, perCore, perSecond }) => [
      { name, of: "for each second of its core", values: perCore, unit: "events" },
      { name, of: "for each second", values: perSecond, unit: "events" },
    ]),
    ratios,
    verdicts: [...verdicts, ...late],
    headline,
    notes: [
      `Every viewer was proven to have got all events in order: ${linesOf("Wakelight")} lines a round for ` +
      `Wakelight, ${linesOf("seed technique")} for the seed technique, ${linesOf("nchan")} for nchan.`,
      ...notes(),
    ],
    plots: [{
      id: "saturation",
      title: `Delivered events for each second of the server's core, ${VIEWERS} viewers`,
      kind: "bars",
      x: "",
      y: "events/s",
      logarithmic: true,
      series: cases.map(({ name, perCore }) => ({ name, points: [[0, median(perCore)]] })),
    }],
  };
}

function compare(
  cases: readonly Measured[],
  many: readonly Measured[],
): Pick<Figure, "ratios" | "verdicts" | "headline"> {
  const ratios: Figure["ratios"][number][] = [];
  const verdicts: Verdict[] = [];
  const enough = ({ name, perCore }: Measured) => {
    const rate = median(perCore);
    verdicts.push({
      target: `at least ${short(TARGET)} events/s per core for ${name}`,
      measured: short(rate),
      met: rate >= TARGET,
    });
    return rate;
  };
  let fanOut = Infinity;
  for (const transport of TRANSPORTS) {
    const rate = enough(find(cases, "Wakelight", transport)!);
    for (const who of ["seed technique", "nchan"] as const) {
      const other = find(cases, who, transport);
      const times = other && rate / median(other.perCore);
      if (times !== undefined) {
        ratios.push({ name: `Wakelight / ${who}, ${NAMES[transport]}`, value: times });
        if (who === "seed technique") fanOut = Math.min(fanOut, times);
      }
      verdicts.push({
        target: `at least ${TIMES[who]} × ${who} on ${NAMES[transport]}`,
        measured: times === undefined ? "-" : `${short(times)} ×`,
        met: times === undefined ? null : times >= TIMES[who],
      });
    }
  }
  many.forEach(enough);
  // Of both transports the one that is less ahead.
  return { ratios, verdicts, headline: { fanOut: fanOut.toFixed(1) } };
}

if (import.meta.main) await runAlone(run);
