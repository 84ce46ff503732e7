import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Plot, svgOf } from "../../bench/support/plot.ts";

const plot: Plot = {
  id: "apps",
  title: "Cost < of many apps",
  kind: "lines",
  x: "apps",
  y: "% of a core",
  series: [
    { name: "Wakelight", points: [[500, 11], [1_000, 20], [2_000, 41]] },
    { name: "linear", points: [[0, 0], [2_000, 40]] },
  ],
};

/** Where things are drawn. */
const numbers = (svg: string, attribute: string) =>
  [...svg.matchAll(new RegExp(` ${attribute}="([^"]+)"`, "g"))].map(([, value]) => Number(value));

Deno.test("a plot of lines has a point for each value, higher where the value is greater, and axes that say what they are", () => {
  const svg = svgOf(plot);
  assertEquals(numbers(svg, "cx").length, 5);
  const [first, second, third] = numbers(svg, "cy");
  assert(first > second && second > third);
  assertStringIncludes(svg, "Cost &lt; of many apps (% of a core)");
  for (const word of ["apps", "Wakelight", "linear", ">500<", ">20<"]) assertStringIncludes(svg, word);
});

Deno.test("bars are as long as their values, or as their orders of magnitude", () => {
  const bars: Plot = {
    ...plot,
    kind: "bars",
    series: [["a", 100], ["b", 1_000], ["c", 10_000]].map(([name, value]) => ({
      name: String(name),
      points: [[0, Number(value)]],
    })),
  };
  const lengths = (svg: string) =>
    [...svg.matchAll(/<rect x="[^"]+" y="[^"]+" width="([^"]+)"/g)].map(([, width]) => Number(width));
  const [a, b, c] = lengths(svgOf(bars));
  assertEquals([Math.round(b / a), Math.round(c / b)], [10, 10]);
  const [d, e, f] = lengths(svgOf({ ...bars, logarithmic: true }));
  assertEquals(Math.round(e - d), Math.round(f - e));
});

Deno.test("everything in a plot lies within it, however its values are", () => {
  for (const logarithmic of [false, true]) {
    for (const kind of ["lines", "bars"] as const) {
      for (const values of [[0], [1], [0.001, 12_345_678], [7, 7, 7]]) {
        const points = values.map((value, i) => [i, value] as const);
        const series = kind === "lines"
          ? [{ name: "x", points }]
          : points.map((point) => ({ name: "x", points: [point] }));
        const svg = svgOf({ ...plot, kind, logarithmic, series });
        for (const attribute of ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width"]) {
          for (const value of numbers(svg, attribute)) {
            assert(value >= 0 && value <= 640, `${kind} ${values}: ${attribute}="${value}"`);
          }
        }
      }
    }
  }
});
