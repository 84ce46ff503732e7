import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Figure, headlineOf } from "../../bench/support/figure.ts";
import {
  ANOTHER_RUN,
  BEGIN,
  END,
  markdownOf,
  replaceFigures,
  replaceSome,
  short,
  textOf,
} from "../../bench/support/table.ts";

const figure: Figure = {
  id: "burst",
  title: "A burst",
  rows: [
    { name: "Wakelight SSE", of: "first to last", values: [120, 80, 100], unit: "ms" },
    { name: "nchan SSE", values: [1_000], unit: "ms" },
  ],
  ratios: [{ name: "nchan / Wakelight", value: 10 }],
  verdicts: [
    { target: "within 150 ms", measured: "100 ms", met: true },
    { target: "within 50 ms", measured: "100 ms", met: false },
    { target: "at most nchan's", measured: "-", met: null },
  ],
  notes: ["All was proven."],
  plots: [{ id: "burst", title: "Burst", kind: "bars", x: "", y: "ms", series: [] }],
  headline: { burst: "100" },
};

Deno.test("numbers are told with three digits", () => {
  assertEquals([0, 0.214, 9.876, 61.24, 163.4, 2_129, 12_345, 999_600, 3_140_000].map(short), [
    "0",
    "0.21",
    "9.88",
    "61.2",
    "163",
    "2129",
    "12.3 k",
    "1.00 M",
    "3.14 M",
  ]);
});

Deno.test("a figure for a terminal has medians, spreads, ratios and what was aimed at", () => {
  assertEquals(textOf(figure).split("\n"), [
    "A burst",
    "                                median  least to most  unit",
    "  Wakelight SSE, first to last     100  80.0 to 120    ms",
    "  nchan SSE                       1000                 ms",
    "  nchan / Wakelight: 10.0 ×",
    "  within 150 ms: 100 ms, met",
    "  within 50 ms: 100 ms, missed",
    "  at most nchan's: -, not measured",
    "  All was proven.",
  ]);
});

Deno.test("figures in a document are replaced between their marks, and its prose stays", () => {
  const document = `# Title\n\nProse.\n\n${BEGIN}\n\nold\n\n${END}\n\nMore prose.\n`;
  const written = replaceFigures(document, markdownOf([figure], "plots"));
  assertStringIncludes(written, "# Title\n\nProse.\n");
  assertStringIncludes(written, "| Wakelight SSE, first to last | 100 | 80.0 to 120 | ms |");
  assertStringIncludes(written, "![Burst](plots/burst.svg)");
  assertStringIncludes(written, `${END}\n\nMore prose.\n`);
  assertEquals(written.includes("old"), false);
  assertEquals(replaceFigures(written, markdownOf([figure], "plots")), written);
  assertThrows(() => replaceFigures("# Title\n", "x"), Error, "Cannot write figures");
});

Deno.test("a figure that is measured anew takes the place of what it was, and leaves the others", () => {
  const about = "one run";
  const other = { ...figure, title: "Another", notes: ["As it was."] };
  const before = replaceFigures(
    `# Title\n\n${BEGIN}\n\n${END}\n`,
    `${about}\n\n${markdownOf([figure, other], "plots")}`,
  );
  const anew = markdownOf([{ ...figure, notes: ["Anew."] }], "plots");
  const after = replaceSome(before, new Map([["A burst", anew]]));
  assertEquals(after, before.replace("All was proven.", "Anew."));
  const noted = [figure, other].map((one): [string, string] => [
    one.title,
    markdownOf([{ ...one, notes: [ANOTHER_RUN + "two"] }], "plots"),
  ]);
  assertStringIncludes(replaceSome(before, new Map(noted.slice(1))), "\none run\n");
  assertEquals(replaceSome(before, new Map(noted)).includes("one run"), false);
  const third = markdownOf([{ ...figure, title: "New" }], "plots");
  assertStringIncludes(replaceSome(before, new Map([["New", third]])), `\n\n${third}\n\n${END}`);
});

Deno.test("the last line of a run has a dash for what was not measured", () => {
  assertEquals(
    headlineOf([figure, { headline: { fanOut: "47.9" } }, {}]),
    "fan-out 47.9 x seed technique, burst 100 ms, idle - KB ws / - KB sse",
  );
  assertEquals(
    headlineOf([{ headline: { fanOut: "47.9", burst: "163", idleWs: "22", idleSse: "61" } }]),
    "fan-out 47.9 x seed technique, burst 163 ms, idle 22 KB ws / 61 KB sse",
  );
});
