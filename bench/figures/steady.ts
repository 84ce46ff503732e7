/**
 * Figure 3: lines that come evenly, to 1,000 viewers of one app: at 10 a second the time from the printer's write until a
 * viewer has read it, of each line at each viewer; at 50 a second the processor time that it costs the server. Against nchan, and
 * against the least that Deno could do.
 */
import { type Case, find, seatCases } from "../support/cases.ts";
import { type Figure, type Row, runAlone, type RunOptions, type Verdict } from "../support/figure.ts";
import { median } from "../support/stats.ts";
import { NAMES, TRANSPORTS } from "../support/transports.ts";

const VIEWERS = 1_000;
/** Lines a second for latencies, and for processor time. */
const CALM = 10, BUSY = 50;
/** Seconds of each, quick and not. A pause of a shared machine spoils the round that it falls into, so there are some. */
const SECONDS = { calm: [1, 5], busy: [0.6, 3] } as const;
const QUICK_ROUNDS = { calm: 4, busy: 2 };
/** JavaScript is compiled by and by: a server that has run for a while is what is measured. */
const WARM_UP = { rate: 30, seconds: 2 };

/** Milliseconds before each measurement, in which whoever was measured last comes to rest. */
const REST = 100;

/** Milliseconds, and percent of a core. */
type Measured = Case & { readonly p50: number[]; readonly p99: number[]; readonly cpu: number[] };

const rest = () => new Promise((resolve) => setTimeout(resolve, REST));

async function measureLatency({ subject, viewers, p50, p99 }: Measured, seconds: number): Promise<void> {
  await rest();
  const { seen } = await viewers.follow(subject.printer, { rate: CALM, seconds });
  p50.push(seen.latency.p50);
  p99.push(seen.latency.p99);
}

async function measureWork({ subject, viewers, cpu }: Measured, seconds: number): Promise<void> {
  await rest();
  const before = subject.cpuSeconds();
  await viewers.follow(subject.printer, { rate: BUSY, seconds });
  cpu.push((subject.cpuSeconds() - before) / seconds * 100);
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  await using stack = new AsyncDisposableStack();
  const { all, notes } = await seatCases(stack, {
    count: VIEWERS,
    sample: 1,
    with: ["bare Deno", "nchan"],
    warmUp: { Wakelight: WARM_UP, "bare Deno": WARM_UP, nchan: { lines: 20 } },
  });
  const cases: Measured[] = all.map((one) => ({ ...one, p50: [], p99: [], cpu: [] }));
  const times = quick ? QUICK_ROUNDS : { calm: rounds, busy: rounds };
  const [calm, busy] = [SECONDS.calm, SECONDS.busy].map((seconds) => seconds[quick ? 0 : 1]);
  for (let round = 0; round < Math.max(times.calm, times.busy); round++) {
    if (round < times.calm) { for (const one of cases) await measureLatency(one, calm); }
    if (round < times.busy) { for (const one of cases) await measureWork(one, busy); }
  }

  return {
    id: "steady",
    title: `Lines that come evenly, ${VIEWERS} viewers of one app`,
    rows: cases.flatMap(({ name, p50, p99, cpu }): Row[] => [
      { name, of: `p50 at ${CALM}/s`, values: p50, unit: "ms" },
      { name, of: `p99 at ${CALM}/s`, values: p99, unit: "ms" },
      { name, of: `processor at ${BUSY}/s`, values: cpu, unit: "% of a core" },
    ]),
    ...compare(cases),
    notes: [
      "Every viewer was proven to have got all lines in order; latencies are of every line at every viewer.",
      ...notes(),
    ],
    plots: [{
      id: "steady",
      title: `p99 from the process's write to the viewer's read, ${CALM} lines/s to ${VIEWERS} viewers`,
      kind: "bars",
      x: "",
      y: "ms",
      series: cases.map(({ name, p99 }) => ({ name, points: [[0, median(p99)]] })),
    }],
  };
}

function compare(cases: readonly Measured[]): Pick<Figure, "ratios" | "verdicts"> {
  const atMost = (target: string, unit: string, mine: number, other: number | undefined): Verdict => ({
    target,
    measured: other === undefined ? "-" : `${mine.toFixed(1)} to ${other.toFixed(1)} ${unit}`,
    met: other === undefined ? null : mine <= other,
  });
  const sse = find(cases, "nchan", "sse");
  const ratios: Figure["ratios"][number][] = [];
  const verdicts = TRANSPORTS.flatMap((transport) => {
    const mine = find(cases, "Wakelight", transport)!;
    const { name, p99, cpu } = mine;
    const other = find(cases, "nchan", transport);
    const bare = find(cases, "bare Deno", transport)!;
    const against = (name: string, one: Measured, its: Measured) =>
      ratios.push({
        name: `p99 of ${name}, ${NAMES[transport]}`,
        value: median(one.p99) / median(its.p99),
      });
    against("Wakelight / bare Deno", mine, bare);
    if (other) {
      against("Wakelight / nchan", mine, other);
      against("bare Deno / nchan", bare, other);
    }
    return [
      atMost(`p99 of ${name} at most nchan's`, "ms", median(p99), other && median(other.p99)),
      atMost(`processor of ${name} at most nchan SSE's`, "%", median(cpu), sse && median(sse.cpu)),
    ];
  });
  return { ratios, verdicts };
}

if (import.meta.main) await runAlone(run);
