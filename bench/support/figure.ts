/**
 * What a program in `bench/figures` comes to: `export async function run(options: RunOptions): Promise<Figure>`, and at its
 * end `if (import.meta.main) await runAlone(run);`.
 */
import type { Plot } from "./plot.ts";
import { textOf } from "./table.ts";

export interface RunOptions {
  /** How often each thing is measured; all that is compared is measured in turn within a round. */
  readonly rounds: number;
  /** Less of everything: the whole figure takes 25 s at most. */
  readonly quick: boolean;
}

export interface Figure {
  /** For `--only=` and file names: `burst`. */
  readonly id: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly verdicts: readonly Verdict[];
  /** Sentences: what was proven, what was left out and why. */
  readonly notes: readonly string[];
  readonly plots?: readonly Plot[];
  readonly headline?: Headline;
}

/** What a figure gives to the last line of a run, ready to be printed. */
export interface Headline {
  /** Delivered events of Wakelight in those of the seed's technique: `47.9` */
  readonly fanOut?: string;
  /** Milliseconds. */
  readonly burst?: string;
  /** KB of one idle viewer. */
  readonly idleWs?: string;
  readonly idleSse?: string;
}

/** The last line of a run; what was not measured is a dash. */
export function headlineOf(figures: readonly Pick<Figure, "headline">[]): string {
  const all: Headline = Object.assign({}, ...figures.map(({ headline }) => headline ?? {}));
  const { fanOut = "-", burst = "-", idleWs = "-", idleSse = "-" } = all;
  return `fan-out ${fanOut} x seed technique, burst ${burst} ms, idle ${idleWs} KB ws / ${idleSse} KB sse`;
}

/** One thing that was measured, a value for each round. */
export interface Row {
  /** `Wakelight SSE` */
  readonly name: string;
  /** What was measured where a figure has several things: `processor time`. */
  readonly of?: string;
  readonly values: readonly number[];
  /** `ms`, `events/s`, `KB`, … */
  readonly unit: string;
}

/** Of medians of one run. */
export interface Ratio {
  /** `Wakelight SSE / nchan SSE` */
  readonly name: string;
  readonly value: number;
}

export interface Verdict {
  /** `at least 2 M events/s per core on SSE` */
  readonly target: string;
  /** `3.1 M` */
  readonly measured: string;
  /** Null where it could not be said here: what is to be compared is not installed. */
  readonly met: boolean | null;
}

/** Measures and prints one figure, as `deno run -A bench/figures/burst.ts [--full]`. */
export async function runAlone(run: (options: RunOptions) => Promise<Figure>): Promise<void> {
  const begun = performance.now();
  try {
    console.log(textOf(await run(optionsFrom(Deno.args))));
  } catch (error) {
    console.error(error);
    // Thrown on, it would end the process without `unload`, where the build is removed.
    Deno.exit(1);
  }
  console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

/** `--full`: five rounds of everything; else two of less. */
export function optionsFrom(args: readonly string[]): RunOptions {
  return args.includes("--full") ? { rounds: 5, quick: false } : { rounds: 2, quick: true };
}
