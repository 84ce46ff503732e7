import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { endOfHead, parseAnswerHead } from "../../../lib/proxy/http1/answer_head.ts";
import { fromLatin1, writeLatin1 } from "../../../lib/proxy/http1/latin1.ts";

const head = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join("") + "\r\n";
const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

Deno.test("A18 an app's head is read as it was written, names in lower case", () => {
  assertEquals(
    parseAnswerHead(
      head("HTTP/1.1 404 Not Found", "Content-Type:text/html", "X-A: \t b:c \t", "x-a:", "Set-Cookie: é\xa0"),
    ),
    {
      minor: 1,
      status: 404,
      fields: [["content-type", "text/html"], ["x-a", "b:c"], ["x-a", ""], ["set-cookie", "é\xa0"]],
    },
  );
  assertEquals(parseAnswerHead(head("HTTP/1.0 200")), { minor: 0, status: 200, fields: [] });
  assertEquals(parseAnswerHead(head("HTTP/1.1 200 ")), { minor: 1, status: 200, fields: [] });
});

Deno.test("A18 lines of a head may end in LF alone", () => {
  assertEquals(parseAnswerHead("HTTP/1.1 200 OK\nA: b\r\n\n"), {
    minor: 1,
    status: 200,
    fields: [["a", "b"]],
  });
});

Deno.test("X16 a head that could be read in two ways is not read at all", () => {
  const malformed = [
    "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\x7fc\r\n\r\n",
    head("HTTP/1.1 200 OK", "A: b", " folded"),
    head("HTTP/1.1 200 OK", "A: b", "\tfolded: too"),
    head("HTTP/1.1 200 OK", "Content-Length : 1"),
    head("HTTP/1.1 200 OK", "no colon"),
    head("HTTP/1.1 200 OK", ": no name"),
    head("HTTP/1.1 200 OK", "Näme: x"),
    head("HTTP/1.1 200 OK", "A(b): x"),
    head(" HTTP/1.1 200 OK"),
    head("HTTP/1.1  200 OK"),
    head("HTTP/1.1 200OK"),
    head("HTTP/1.1 20 OK"),
    head("HTTP/1.1 600 OK"),
    head("HTTP/1.1 099 OK"),
    head("HTTP/1.1 +200 OK"),
    head("HTTP/1.2 200 OK"),
    head("HTTP/2 200"),
    head("http/1.1 200 OK"),
    head("ICY 200 OK"),
    head("", "HTTP/1.1 200 OK"),
    "<html>\r\n\r\n",
  ];
  for (const text of malformed) assertEquals(parseAnswerHead(text), null, JSON.stringify(text));
});

Deno.test("X16 a head with hundreds of fields is refused", () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `x-${i}: ${i}`);
  assertEquals(parseAnswerHead(head("HTTP/1.1 200 OK", ...fields(256)))?.fields.length, 256);
  assertEquals(parseAnswerHead(head("HTTP/1.1 200 OK", ...fields(257))), null);
});

Deno.test("A18 the end of a head is found wherever the pieces break", () => {
  for (const end of ["\r\n\r\n", "\n\n", "\r\n\n", "\n\r\n"]) {
    const bytes = bytesOf(`HTTP/1.1 200 OK\r\nA: b${end}body\r\n\r\n`);
    const expected = `HTTP/1.1 200 OK\r\nA: b${end}`.length;
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = endOfHead(bytes.subarray(0, cut), 0);
      assertEquals(first, cut < expected ? -1 : expected);
      if (first === -1) assertEquals(endOfHead(bytes, Math.max(0, cut - 3)), expected);
    }
  }
});

Deno.test("A18 text of one character per byte goes there and back unchanged", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(5), (bytes, at) => {
    const into = new Uint8Array(bytes.length + at);
    assertEquals(writeLatin1(fromLatin1(bytes), into, at), bytes.length);
    assertEquals(into.subarray(at), bytes);
  }));
});

Deno.test("X16 no bytes whatsoever make the reader of heads throw", () => {
  fc.assert(fc.property(fc.string({ unit: "binary-ascii", maxLength: 200 }), (text) => {
    parseAnswerHead(`${text}\r\n\r\n`);
    parseAnswerHead(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`);
  }));
});
