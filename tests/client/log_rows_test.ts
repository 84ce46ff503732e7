import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { batch } from "../../lib/client/batch.ts";
import { appendRows, type LogRow, MAX_ROWS } from "../../lib/client/log_rows.ts";
import { gap, line, OTHER_DEPLOY, status } from "./support/events.ts";

const shape = (rows: readonly LogRow[]) =>
  rows.map((row) =>
    row.kind === "line" ? row.line : row.kind === "gap" ? `gap ${row.from}-${row.to}` : "deploy"
  );

Deno.test("A8 each deploy is announced, and a gap stands where lines are missing (X1)", () => {
  let rows = appendRows([], [line(0), gap(1, 7), line(7)]);
  assertEquals(shape(rows), ["deploy", 0, "gap 1-7", 7]);
  rows = appendRows(rows, [line(8), line(0, OTHER_DEPLOY)]);
  assertEquals(shape(rows), ["deploy", 0, "gap 1-7", 7, 8, "deploy", 0]);
});

Deno.test("A8 other events add nothing, not even a new array", () => {
  const rows = appendRows([], [line(0)]);
  assertStrictEquals(appendRows(rows, [status("running")]), rows);
});

Deno.test("X12 only the newest rows are kept, from many small additions or one great one", () => {
  let rows: readonly LogRow[] = [];
  for (let n = 0; n < 6000; n += 100) {
    rows = appendRows(rows, Array.from({ length: 100 }, (_, i) => line(n + i)));
    assert(rows.length <= MAX_ROWS);
  }
  assertEquals([shape(rows).at(0), shape(rows).at(-1)], [1000, 5999]);
  const great = appendRows(rows, Array.from({ length: 12_000 }, (_, i) => line(6000 + i)));
  assertEquals([great.length, shape(great).at(0), shape(great).at(-1)], [MAX_ROWS, 13_000, 17_999]);
});

Deno.test("X12 a burst is one flush, and a flush that never comes costs no more than its limit", () => {
  const flushes: number[][] = [];
  let scheduled: (() => void)[] = [];
  const add = batch<number>((items) => void flushes.push(items), (flush) => void scheduled.push(flush), 10);
  for (let n = 0; n < 5; n++) add(n);
  assertEquals(scheduled.length, 1);
  scheduled[0]!();
  assertEquals(flushes, [[0, 1, 2, 3, 4]]);
  scheduled = [];
  for (let n = 0; n < 1000; n++) add(n);
  assertEquals(scheduled.length, 1);
  scheduled[0]!();
  assertEquals(flushes[1], [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
});
