import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatCursor, parseCursor, START } from "../../lib/protocol/cursor.ts";
import { DeployId } from "../../lib/protocol/ids.ts";

const deployId = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
const whole = fc.nat({ max: 999_999_999_999_999 });
const position = fc.record({
  rev: whole,
  lines: fc.dictionary(deployId, whole, { maxKeys: 8, noNullPrototype: true }),
});

Deno.test("X1 a cursor reads back as the position it was made from", () => {
  fc.assert(fc.property(position, (position) => {
    assertEquals(parseCursor(formatCursor(position)), position);
  }));
  assertEquals([formatCursor(START), parseCursor("0")], ["0", START]);
});

Deno.test("X1 a cursor needs no escaping: not in an address, not in a header, not in an SSE field", () => {
  fc.assert(fc.property(position, (position) => {
    const cursor = formatCursor(position);
    assert(/^[\x21-\x7e]+$/.test(cursor));
    assertEquals(new URL(`http://localhost/?after=${cursor}`).searchParams.get("after"), cursor);
  }));
});

Deno.test("whatever is read as a cursor is one that we write", () => {
  const piece = fc.oneof(
    deployId,
    fc.constantFrom(
      "~",
      ":",
      "0",
      "00",
      "-1",
      "1.5",
      "1e3",
      " ",
      "",
      "9".repeat(15),
      "9".repeat(16),
      "\u0660",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")), (text) => {
      const read = parseCursor(text);
      if (read !== null) assertEquals(formatCursor(read), text);
    }),
    { numRuns: 2_000 },
  );
});

const ID = DeployId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
const nine = Array.from({ length: 9 }, (_, n) => `~0${n}ARZ3NDEKTSV4RRFFQ69G5FAV:1`).join("");
for (
  const garbage of [
    "",
    " ",
    "~",
    "1~",
    "01",
    "-1",
    "+1",
    "1.0",
    "1e9",
    "NaN",
    "9".repeat(16),
    "null",
    "1 ",
    " 1",
    "1\n",
    `1~${ID}`,
    `1~${ID}:`,
    `1~${ID}:-1`,
    `1~${ID}:01`,
    `1~:5`,
    `1~${ID.toLowerCase()}:5`,
    `1~${ID}:5~`,
    `~${ID}:5`,
    `1~${ID}:5~${ID}:6`,
    `1~${ID.slice(1)}:5`,
    `1~8${ID.slice(1)}:5`,
    `1~__proto__:5`,
    `1${nine}`,
    "../../etc/passwd",
  ]
) {
  Deno.test(`A1 ${JSON.stringify(garbage).slice(0, 60)} is no cursor`, () =>
    assertEquals(parseCursor(garbage), null));
}
