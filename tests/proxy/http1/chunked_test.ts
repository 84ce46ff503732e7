import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BadAnswer } from "../../../lib/proxy/http1/bad_answer.ts";
import { createChunkedDecoder } from "../../../lib/proxy/http1/chunked.ts";

const encode = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Fed in pieces of so many bytes. */
function decode(text: string, piece = Infinity) {
  const decoder = createChunkedDecoder();
  const bytes = encode(text);
  let body = "";
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.slice(at, at + piece);
    const length = decoder.decode(part);
    body += String.fromCharCode(...part.subarray(0, length));
  }
  return { body, done: decoder.done, surplus: decoder.surplus };
}

Deno.test("A18 chunks are put together, wherever the pieces break", () => {
  const table: [text: string, body: string][] = [
    ["0\r\n\r\n", ""],
    ["5\r\nhello\r\n0\r\n\r\n", "hello"],
    ["5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"],
    ["A\r\n0123456789\r\n00\r\n\r\n", "0123456789"],
    ["a;name=value\r\n0123456789\r\n0;last\r\n\r\n", "0123456789"],
    ["1 ;x\r\n\n\r\n0\r\n\r\n", "\n"],
    ["2\r\n\r\n\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", "\r\n"],
  ];
  for (const [text, body] of table) {
    for (const piece of [1, 2, 3, 7, Infinity]) {
      assertEquals(decode(text, piece), { body, done: true, surplus: 0 }, JSON.stringify(text));
    }
    assertEquals(decode(text.slice(0, -1)).done, false);
    assertEquals(decode(`${text}HTTP/1.1`).surplus, 8);
  }
});

Deno.test("A18 any body in any chunks comes out as it went in", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }), { maxLength: 12 }),
    fc.integer({ min: 1, max: 60 }),
    (chunks, piece) => {
      const text = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("") +
        "0\r\n\r\n";
      assertEquals(decode(text, piece), { body: chunks.join(""), done: true, surplus: 0 });
    },
  ));
});

Deno.test("X16 chunks that are not exactly what they say are refused", () => {
  const broken = [
    "\r\n",
    "x\r\n",
    "-1\r\n",
    "+1\r\na\r\n",
    "0x1\r\na\r\n",
    " 1\r\na\r\n",
    "1\na\r\n0\r\n\r\n",
    "1\r\na\n0\r\n\r\n",
    "1\r\nab\r\n0\r\n\r\n",
    "1\r\na0\r\n\r\n",
    "1;x\ny\r\na\r\n",
    "1\ra\r\n",
    "1;x\ry\r\n",
    "0\r\nX: 1\n\r\n",
    "0\r\nX: 1\r\r\n",
    "0\r\n\n",
    "1234567890123\r\n",
    "fffffffffffffffff\r\n",
    `1;${"x".repeat(70_000)}`,
    `0\r\n${"X: 1\r\n".repeat(12_000)}`,
    "1;x\r\na\r\n".repeat(70_000),
  ];
  for (const text of broken) {
    for (const piece of [1, Infinity]) {
      assertThrows(() => decode(text, piece), BadAnswer, undefined, text.slice(0, 30));
    }
  }
});
