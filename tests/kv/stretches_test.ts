import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createStretches } from "../../lib/kv/stretches.ts";
import type { LogPayload } from "../../lib/protocol/events.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";
import { deploy } from "../preview/samples.ts";

/** A log of many lines of which a hundred are read at once, and what was read of it. */
function readable(first = 0) {
  const reads: [number, number][] = [];
  const read = (deployId: DeployId, from: number, to: number): Promise<LogPayload[]> => {
    reads.push([from, to]);
    const begin = Math.max(from, first);
    const count = Math.max(0, Math.min(to - begin, 100));
    return Promise.resolve(Array.from({ length: count }, (_, i) => ({
      deployId,
      line: begin + i,
      source: "build",
      stream: "stdout",
      message: `${begin + i}`,
      timestamp: 0,
    })));
  };
  return { reads, ...createStretches(read), read };
}

const numbers = (lines: LogPayload[]) => [lines[0]?.line, lines.at(-1)?.line, lines.length];

Deno.test("whoever takes a stretch chunk by chunk reads it once", async () => {
  const { lines, reads } = readable();
  for (let at = 0; at < 100; at += 7) assertEquals((await lines(deploy(1), at, 250))[0].line, at);
  assertEquals(reads, [[0, 250]]);
  assertEquals(numbers(await lines(deploy(1), 100, 250)), [100, 199, 100]);
  assertEquals(numbers(await lines(deploy(1), 40, 50)), [40, 49, 10]);
  assertEquals(reads.length, 2);
});

Deno.test("many who ask for the same at once share one read", async () => {
  const { lines, reads } = readable();
  const [one, ...others] = await Promise.all(Array.from({ length: 50 }, () => lines(deploy(1), 0, 20)));
  for (const other of others) assertStrictEquals(other, one);
  assertEquals(reads.length, 1);
});

Deno.test("what was trimmed, and lines of another log, are not found", async () => {
  const { lines, reads } = readable(30);
  assertEquals(numbers(await lines(deploy(1), 0, 60)), [30, 59, 30]);
  assertEquals(numbers(await lines(deploy(1), 10, 60)), [30, 59, 30]);
  assertEquals(numbers(await lines(deploy(2), 30, 60)), [30, 59, 30]);
  assertEquals(reads.length, 3);
  assertEquals(numbers(await lines(deploy(2), 31, 60)), [31, 59, 29]);
  assertEquals(reads.length, 3);
});

Deno.test("only so many stretches are kept, and none that could not be read", async () => {
  const { lines, reads, read } = readable();
  for (let n = 1; n <= 40; n++) await lines(deploy(n), 0, 10);
  await lines(deploy(40), 5, 10);
  assertEquals(reads.length, 40);
  await lines(deploy(1), 5, 10);
  assertEquals(reads.length, 41);

  let away = true;
  const failing = createStretches((...args) => away ? Promise.reject(new Error("away")) : read(...args));
  await assertRejects(() => failing.lines(deploy(1), 0, 10), Error, "away");
  away = false;
  assertEquals(numbers(await failing.lines(deploy(1), 0, 10)), [0, 9, 10]);
});

Deno.test("what nobody asked for from one sweep to the next is forgotten, and what is in use stays", async () => {
  const { lines, reads, sweep } = readable();
  await lines(deploy(1), 0, 100);
  await lines(deploy(2), 0, 100);
  sweep();
  await lines(deploy(1), 50, 100);
  sweep();
  await lines(deploy(1), 0, 100);
  assertEquals(reads.length, 2);
  await lines(deploy(2), 0, 100);
  assertEquals(reads.length, 3, "read again");
  for (let i = 0; i < 2; i++) sweep();
  await lines(deploy(1), 0, 100);
  assertEquals(reads.length, 4);
});
