import { assertEquals } from "@std/assert";
import { parseAnswerHead } from "../../../lib/proxy/http1/answer_head.ts";
import { type Framing, framingOf, keepsAlive } from "../../../lib/proxy/http1/framing.ts";

const read = (status: number, fields: readonly string[], minor = 1) =>
  parseAnswerHead([`HTTP/1.${minor} ${status} OK`, ...fields, "", ""].join("\r\n"))!;

const NONE: Framing = { kind: "none" };
const CLOSE: Framing = { kind: "close" };
const CHUNKED: Framing = { kind: "chunked" };
const length = (length: number): Framing => ({ kind: "length", length });

Deno.test("A18 the end of a body is told by its head", () => {
  const table: [method: string, status: number, fields: string[], expected: Framing][] = [
    ["GET", 200, ["Content-Length: 5"], length(5)],
    ["GET", 200, ["Content-Length: 0"], length(0)],
    ["GET", 200, ["Content-Length: 007"], length(7)],
    ["GET", 200, ["Transfer-Encoding: Chunked"], CHUNKED],
    ["GET", 200, [], CLOSE],
    ["POST", 500, [], CLOSE],
    ["HEAD", 200, ["Content-Length: 5"], NONE],
    ["HEAD", 200, ["Transfer-Encoding: chunked"], NONE],
    ["GET", 204, [], NONE],
    ["GET", 304, ["Content-Length: 5"], NONE],
    ["GET", 205, ["Content-Length: 0"], length(0)],
    ["GET", 200, ["Content-Length: 5", "Content-Length: 5"], length(5)],
    ["GET", 200, ["Content-Length: 5, 5"], length(5)],
  ];
  for (const [method, status, fields, expected] of table) {
    assertEquals(framingOf(method, read(status, fields)), expected, `${method} ${status} ${fields}`);
  }
});

Deno.test("X16 an answer whose length is told in two ways is refused", () => {
  const refused: string[][] = [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 0"],
    ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: 5, 6"],
    ["Content-Length: 5,"],
    ["Content-Length:"],
    ["Content-Length: +5"],
    ["Content-Length: -5"],
    ["Content-Length: 0x5"],
    ["Content-Length: 5 5"],
    ["Content-Length: 5.0"],
    ["Content-Length: 1e3"],
    ["Content-Length: 99999999999999999999"],
    ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: chunked, chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked, identity"],
    ["Transfer-Encoding: identity"],
    ["Transfer-Encoding: xchunked"],
    ["Transfer-Encoding:"],
  ];
  for (const fields of refused) {
    // Where no body follows, too: the next answer would be read from a place that nobody is sure of.
    for (const method of ["GET", "HEAD"]) {
      assertEquals(framingOf(method, read(200, fields)), null, `${method} ${fields}`);
    }
  }
  assertEquals(framingOf("GET", read(200, ["Transfer-Encoding: chunked"], 0)), null, "chunked in HTTP/1.0");
});

Deno.test("A18 a connection is kept where both sides know how to", () => {
  assertEquals(keepsAlive(read(200, [])), true);
  assertEquals(keepsAlive(read(200, ["Connection: Keep-Alive"])), true);
  assertEquals(keepsAlive(read(200, ["Connection: X-Mine, Close"])), false);
  assertEquals(keepsAlive(read(200, ["Connection: keep-alive, close"])), false);
  assertEquals(keepsAlive(read(200, [], 0)), false);
  assertEquals(keepsAlive(read(200, ["Connection: keep-alive"], 0)), true);
});
