/**
 * Measures all figures and prints them: `deno task bench`, and `deno task bench:full` with more rounds.
 *
 *     deno run -A bench/run.ts [--full] [--only=burst,steady] [--write]
 *
 * `--write` puts tables and plots into `docs/performance.md`, with `--only` those of these figures. What is proven, and how, stands in each figure's file.
 */
import { type Figure, headlineOf, optionsFrom, type RunOptions } from "./support/figure.ts";
import { stolenSince } from "./support/machine.ts";
import { svgOf } from "./support/plot.ts";
import { ANOTHER_RUN, markdownOf, replaceFigures, replaceSome, textOf } from "./support/table.ts";

/** In this order; a figure that is not named here comes last. */
const ORDER = [
  "saturation",
  "burst",
  "steady",
  "idle",
  "connects",
  "slow",
  "ingest",
  "status",
  "proxy",
  "apps",
  "workers",
  "cold_start",
];
const FIGURES = new URL("figures/", import.meta.url);
const DOCUMENT = new URL("../docs/performance.md", import.meta.url);
const PLOTS = "performance";

type Run = (options: RunOptions) => Promise<Figure>;

async function namesOf(only: readonly string[] | null): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FIGURES)) {
    if (name.endsWith(".ts")) names.push(name.slice(0, -".ts".length));
  }
  const place = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  for (const name of only ?? []) {
    if (!names.includes(name)) throw new Error(`There is no figure ${name}, but ${names.join(", ")}`);
  }
  return names.filter((name) => only?.includes(name) ?? true).toSorted((a, b) => place(a) - place(b));
}

/** @param all they are all that there are; else the others stay, and these say of which run they are */
async function write(figures: readonly Figure[], about: string, all: boolean): Promise<void> {
  const text = await Deno.readTextFile(DOCUMENT);
  const anew = ({ notes, ...figure }: Figure) =>
    markdownOf([{ ...figure, notes: [...notes, ANOTHER_RUN + about] }], PLOTS);
  await Deno.writeTextFile(
    DOCUMENT,
    all
      ? replaceFigures(text, `${about}\n\n${markdownOf(figures, PLOTS)}`)
      : replaceSome(text, new Map(figures.map((figure) => [figure.title, anew(figure)]))),
  );
  const folder = new URL(`${PLOTS}/`, DOCUMENT);
  await Deno.mkdir(folder, { recursive: true });
  for (const plot of figures.flatMap(({ plots = [] }) => plots)) {
    await Deno.writeTextFile(new URL(`${plot.id}.svg`, folder), svgOf(plot));
  }
  const written = [DOCUMENT.pathname, folder.pathname];
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...written] }).output();
}

const options = optionsFrom(Deno.args);
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length).split(",") ?? null;
const begun = performance.now();
const stolen = stolenSince();
const load = Deno.loadavg();
const figures: Figure[] = [];
let failed = 0;
for (const name of await namesOf(only)) {
  const from = performance.now();
  try {
    const { run }: { run: Run } = await import(new URL(`${name}.ts`, FIGURES).href);
    const figure = await run(options);
    figures.push(figure);
    console.log(textOf(figure));
  } catch (error) {
    failed++;
    console.error(`${name} could not be measured:`, error);
  }
  console.error(`  (${((performance.now() - from) / 1000).toFixed(1)} s)`);
}

const about = [
  `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, the server on one and the load on the other;`,
  `${options.quick ? "a quick run" : `a full run of ${options.rounds} rounds`} of`,
  `${
    ((performance.now() - begun) / 1000).toFixed(0)
  } s, in which ${stolen()} of the processors' time was taken`,
  `by the hypervisor; the load average was ${load[0].toFixed(1)} at its beginning and ${
    Deno.loadavg()[0].toFixed(1)
  } at its end.`,
].join(" ");
const verdicts = figures.flatMap((figure) => figure.verdicts);
console.log(about);
console.log(
  `${verdicts.filter(({ met }) => met).length} of ${verdicts.length} targets met` +
    (failed > 0 ? `, ${failed} figures failed` : ""),
);
if (Deno.args.includes("--write")) {
  await write(figures, about, only === null && failed === 0);
}
console.log(headlineOf(figures));
Deno.exit(failed > 0 ? 1 : 0);
