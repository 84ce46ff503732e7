import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createLineReader, MAX_LINE_BYTES, type RawLine } from "../../lib/build/lines.ts";

function read(bytes: Uint8Array | string, cuts: readonly number[] = [], max?: number): RawLine[] {
  const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const reader = createLineReader(max);
  const lines: RawLine[] = [];
  let begin = 0;
  for (const cut of [...cuts, all.length].sort((a, b) => a - b)) {
    lines.push(...reader.push(all.subarray(begin, cut)));
    begin = cut;
  }
  return [...lines, ...reader.end()];
}

const texts = (input: string) => read(input).map(({ text }) => text);

const TABLE: [sentence: string, input: string, lines: string[]][] = [
  ["lines end with LF or CR LF", "one\ntwo\r\nthree\n", ["one", "two", "three"]],
  ["the rest without a line end is a line", "one\ntwo", ["one", "two"]],
  ["empty lines stay", "one\n\n\ntwo\n", ["one", "", "", "two"]],
  ["nothing is no line", "", []],
  ["a progress bar shows its last state", "10%\r50%\r100%\ndone\n", ["100%", "done"]],
  ["a progress bar that ends with CR keeps its last state", "10%\r100%\r", ["100%"]],
  ["CR CR LF ends a line", "one\r\r\ntwo\n", ["one", "two"]],
  ["colours stay", "\x1b[31mred\x1b[0m \x1b[38;5;9mx\x1b[38:2::1:2:3my\x1b[m\n", [
    "\x1b[31mred\x1b[0m \x1b[38;5;9mx\x1b[38:2::1:2:3my\x1b[m",
  ]],
  ["cursor movements go", "a\x1b[2Kb\x1b[1;1Hc\x1b[?25ld\x1b[>4;1me\n", ["abcde"]],
  ["titles and links go", "a\x1b]0;title\x07b\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\c\n", [
    "ablinkc",
  ]],
  ["other strings go", "a\x1bPq#0\x1b\\b\x1b_apc\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e\n", ["abcde"]],
  ["an unterminated title ends with its line", "a\x1b]0;title\nb\n", ["a", "b"]],
  ["an unterminated sequence ends with its line", "a\x1b[31\nb\x1b\nc\x1b[", ["a", "b", "c"]],
  ["short escapes go", "a\x1b7b\x1b(Bc\x1bcd\x1b=e\x1b#8f\n", ["abcdef"]],
  ["one-byte control characters of C1 go with their sequences", "a\x9b2Kb\x9b31mc\x9dt\x9cd\x85e\n", [
    "ab\x1b[31mcde",
  ]],
  ["a sequence is broken off by what cannot belong to it", "a\x1b[3é1mb\n", ["aé1mb"]],
  ["C0 goes, except the tab", "a\x00b\x07c\x08d\te\x0bf\x0cg\x7fh\n", ["abcd\tefgh"]],
  ["an absurdly long colour goes", `a\x1b[${"1;".repeat(100)}mb\n`, ["ab"]],
  ["text of all planes stays", "grüße 世界 👩‍👩‍👧‍👦 𝔘\n", ["grüße 世界 👩‍👩‍👧‍👦 𝔘"]],
];

for (const [sentence, input, lines] of TABLE) {
  Deno.test(`A8 ${sentence}`, () => assertEquals(texts(input), lines));
}

Deno.test("A8 bytes that are no UTF-8 become replacement characters", () => {
  const bytes = new Uint8Array([0x61, 0xff, 0xfe, 0x62, 0x0a, 0xe4, 0xb8, 0x0a, 0x63]);
  assertEquals(read(bytes).map(({ text }) => text), ["a\ufffd\ufffdb", "\ufffd", "c"]);
});

Deno.test("A8 a line is cut at 16 KiB, between characters, and says so", () => {
  const [line, next] = read(`${"é".repeat(20_000)}\nnext\n`);
  assertEquals([line.cut, line.text], [true, "é".repeat(MAX_LINE_BYTES / 2)]);
  assertEquals(next, { text: "next", cut: false });
  assertEquals(read("aé👍b\n", [], 3), [{ text: "aé", cut: true }]);
  assertEquals(read("aé👍b\n", [], 7), [{ text: "aé👍", cut: true }]);
  assertEquals(read("aé👍b\n", [], 8), [{ text: "aé👍b", cut: false }]);
});

Deno.test("A8 a cut never leaves half a colour", () => {
  assertEquals(read("ab\x1b[31mc\n", [], 5), [{ text: "ab", cut: true }]);
});

Deno.test("A8 an endless line takes no memory", () => {
  const reader = createLineReader();
  const chunk = new Uint8Array(65_536).fill(0x78);
  const before = Deno.memoryUsage().heapUsed;
  for (let i = 0; i < 3_000; i++) assertEquals(reader.push(chunk), []);
  assert(Deno.memoryUsage().heapUsed - before < 32 * 1024 * 1024);
  const [line] = reader.end();
  assertEquals([line.text.length, line.cut], [MAX_LINE_BYTES, true]);
});

/** Pieces that parsers stumble over, glued together at random. */
const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\n",
      "\r",
      "\r\n",
      "\x1b",
      "\x1b[",
      "\x1b[31m",
      "\x1b]0;",
      "\x07",
      "\x1b\\",
      "\x9b",
      "m",
      "[",
      "👍",
      "é",
    ),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: "binary", maxLength: 4 }),
  ).map((text) => [...new TextEncoder().encode(text)]),
  { maxLength: 40 },
).map((pieces) => pieces.flat());
const bytes = fc.oneof(nasty, fc.array(fc.nat(255), { maxLength: 120 })).map((list) => new Uint8Array(list));

Deno.test("A8 property: how the bytes are cut into chunks makes no difference", () => {
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.nat(200), { maxLength: 12 }),
      fc.integer({ min: 4, max: 60 }),
      (all, cuts, max) => {
        const within = cuts.map((cut) => Math.min(cut, all.length));
        assertEquals(read(all, within, max), read(all, [], max));
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("A8 property: a line holds text, tabs and colours, and is never over its size", () => {
  // deno-lint-ignore no-control-regex
  const clean = /^(?:\x1b\[[\d;:]*m|[^\x00-\x08\x0a-\x1f\x7f-\x9f])*$/;
  fc.assert(
    fc.property(bytes, fc.integer({ min: 4, max: 60 }), (all, max) => {
      for (const { text } of read(all, [], max)) {
        assert(clean.test(text), JSON.stringify(text));
        assert(new TextEncoder().encode(text).length <= max);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("A8 property: plain lines come out as they went in", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 30 })
    // deno-lint-ignore no-control-regex
    .map((text) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, ""));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      assertEquals(texts(lines.map((line) => `${line}\n`).join("")), lines);
    }),
  );
});
