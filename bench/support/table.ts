/** Figures as tables: for a terminal, and for `docs/performance.md`. Pure. */
import type { Figure, Row } from "./figure.ts";
import { median, spread } from "./stats.ts";

/** Three digits, and M or k where there are many: `3.14 M`, `163`, `0.21`. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 999_500) return `${digits(value / 1e6)} M`;
  if (size >= 9_995) return `${digits(value / 1e3)} k`;
  return digits(value);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

const HEAD = ["", "median", "least to most", "unit"];

function cells({ name, of, values, unit }: Row): string[] {
  const [least, most] = spread(values);
  const range = values.length > 1 ? `${short(least)} to ${short(most)}` : "";
  return [of === undefined ? name : `${name}, ${of}`, short(median(values)), range, unit];
}

const MARKS = { true: "met", false: "missed", null: "not measured" } as const;

function sentences({ ratios, verdicts, notes }: Figure): string[] {
  return [
    ...ratios.map(({ name, value }) => `${name}: ${short(value)} ×`),
    ...verdicts.map(({ target, measured, met }) => `${target}: ${measured}, ${MARKS[`${met}`]}`),
    ...notes,
  ];
}

/** One figure for a terminal. */
export function textOf(figure: Figure): string {
  const rows = [HEAD, ...figure.rows.map(cells)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => i === 1 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ").trimEnd()
  );
  return [figure.title, ...lines, ...sentences(figure)].map((line, i) => i === 0 ? line : `  ${line}`).join(
    "\n",
  );
}

/** All figures as Markdown: for each its table, its ratios, what was aimed at, and its plots, which lie in `plotFolder`. */
export function markdownOf(figures: readonly Figure[], plotFolder: string): string {
  return figures.map((figure) => {
    const row = (all: readonly string[]) => `| ${all.join(" | ")} |`;
    const table = [
      row(HEAD),
      row(["---", "---:", "---", "---"]),
      ...figure.rows.map((one) => row(cells(one))),
    ];
    const plots = (figure.plots ?? []).map(({ id, title }) => `![${title}](${plotFolder}/${id}.svg)`);
    const parts = [
      `### ${figure.title}`,
      table.join("\n"),
      sentences(figure).map((sentence) => `- ${sentence}`).join("\n"),
      ...plots,
    ];
    return parts.filter((part) => part !== "").join("\n\n");
  }).join("\n\n");
}

/** Text that stands between these two lines of a document is ours to replace; what is around it stays. */
export const BEGIN = "<!-- figures: written by deno task bench:full -->";
export const END = "<!-- end of figures -->";

/** @throws where the document has no such two lines, in this order */
export function replaceFigures(document: string, figures: string): string {
  const { before, after } = parts(document);
  return `${before}\n\n${figures}\n\n${after}`;
}

/** What a figure's note begins with that says of which run it is, where that is not the one of all. */
export const ANOTHER_RUN = "Measured in another run: ";

/**
 * The document with some of its figures measured anew, and all others as they are. Whatever is compared stands within one
 * figure, so each is of one run. One that was not there yet comes last.
 * @param sections Markdown by the figures' titles; each says of which run it is
 * @throws where the document has no place for figures
 */
export function replaceSome(document: string, sections: ReadonlyMap<string, string>): string {
  const { before, figures, after } = parts(document);
  const [about, ...all] = figures.split(/^(?=### )/m);
  const titles = all.map((section) => section.slice("### ".length, section.indexOf("\n")));
  const written = [
    ...titles.map((title, i) => sections.get(title) ?? all[i]),
    ...[...sections].flatMap(([title, section]) => titles.includes(title) ? [] : [section]),
  ].map((section) => section.trim());
  const own = written.every((section) => section.includes(ANOTHER_RUN));
  return [before, own ? "Each figure says of which run it is." : about.trim(), ...written, after].join(
    "\n\n",
  );
}

function parts(document: string): { before: string; figures: string; after: string } {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`Cannot write figures: there is no ${BEGIN} … ${END}`);
  const from = begin + BEGIN.length;
  return { before: document.slice(0, from), figures: document.slice(from, end), after: document.slice(end) };
}
