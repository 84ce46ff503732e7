import { assertEquals } from "@std/assert";
import type { Held } from "./held.ts";
import { climbs, MAY_GROW, NATIVE_MAY_GROW, verdict } from "./verdict.ts";

const MB = 1024 * 1024;

function held(
  heaps: readonly number[],
  more: { files?: number; native?: number; streams?: number } = {},
): Held {
  const { files = 50, native = 20 * MB, streams = 0 } = more;
  const isolates = heaps.map((heap, i) => ({
    isolate: `isolate-${i}`,
    heap,
    external: MB,
    native,
    rss: 0,
    streams,
    viewers: 0,
    grounds: 0,
  }));
  return { isolates, native, rss: 200 * MB, files };
}

const about = (problems: readonly string[], ...words: string[]) =>
  assertEquals(
    problems.length === words.length && words.every((word, i) => problems[i].includes(word)),
    true,
  );

Deno.test("a soak that ends where it began is fine; growth of any isolate, streams of nobody and open files are not", () => {
  const began = held([20 * MB, 20 * MB]);
  about(verdict([began, held([19 * MB, 20 * MB + MAY_GROW])]));
  about(verdict([began, held([20 * MB, 20 * MB + MAY_GROW + 1])]), "isolate-1 grew by 2.0 MB");
  about(verdict([began, held([20 * MB, 20 * MB], { streams: 1 })]), "1 streams", "1 streams");
  about(verdict([began, held([20 * MB, 20 * MB], { files: 90 })]), "40 more files");
  const native = 20 * MB + NATIVE_MAY_GROW + 1;
  about(verdict([began, held([20 * MB, 20 * MB], { native })]), "grew by 8.0 MB outside V8");
});

Deno.test("growth from each rest to the next is told, though it ends within bounds; what goes up and down is not", () => {
  const rests = (megabytes: readonly number[]) => megabytes.map((size) => held([20 * MB, size * MB]));
  about(verdict(rests([20, 20.5, 21, 21.5])), "isolate-1 grew from rest to rest");
  about(verdict(rests([20, 21, 20.5, 21.5])));
  assertEquals(climbs([20 * MB, 30 * MB, 40 * MB]), false, "too few to tell");
});
