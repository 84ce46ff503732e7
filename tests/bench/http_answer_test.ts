import { assertEquals, assertThrows } from "@std/assert";
import { createAnswerReader } from "../../bench/support/http_answer.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Answer {
  readonly status: number;
  readonly length: number | null;
  readonly body: string;
}

/** What is read where the bytes come in pieces of this size. */
function read(text: string, size: number): Answer[] {
  const answers: Answer[] = [];
  let status = 0;
  let length: number | null = null;
  let body = "";
  const reader = createAnswerReader({
    head: (is, long) => [status, length] = [is, long],
    body: (bytes) => body += decoder.decode(bytes),
    ended() {
      answers.push({ status, length, body });
      body = "";
    },
  });
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    // The reader's buffer is larger than what is in it.
    const buffer = new Uint8Array(size + 7).fill(120);
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    reader.feed(buffer, piece.length);
  }
  return answers;
}

const PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nvary: Accept\r\n\r\nhello";
const EMPTY = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n";

Deno.test("answers are read however their bytes are cut", () => {
  const all: Answer[] = [
    { status: 200, length: 5, body: "hello" },
    { status: 404, length: 0, body: "" },
    { status: 200, length: 5, body: "hello" },
  ];
  const text = PLAIN + EMPTY + PLAIN;
  for (let size = 1; size <= text.length; size++) assertEquals(read(text, size), all, `pieces of ${size}`);
});

Deno.test("an answer in chunks ends with the last of them", () => {
  for (let size = 1; size <= CHUNKED.length; size++) {
    assertEquals(read(CHUNKED, size), [{ status: 200, length: null, body: "hello" }], `pieces of ${size}`);
  }
});

Deno.test("what follows an answer in chunks begins with its own head", () => {
  // One request at a time: the next answer comes with a read of its own.
  const reader: string[] = [];
  const answers = createAnswerReader({
    head: (status) => reader.push(String(status)),
    body: (bytes) => reader.push(decoder.decode(bytes)),
    ended: () => reader.push("end"),
  });
  for (const text of [CHUNKED.slice(0, -2), "\r\n", EMPTY]) {
    const bytes = encoder.encode(text);
    answers.feed(bytes, bytes.length);
  }
  assertEquals(reader, ["200", "hel", "lo", "end", "404", "end"]);
});

Deno.test("an answer of unknown length is refused", () => {
  assertThrows(() => read("HTTP/1.1 200 OK\r\n\r\nhello", 100), Error, "unknown length");
});
