/** Apps that mean harm, or know no better: each of these has to end as an error, and the next request has to be answered. */
import { assertEquals, assertRejects } from "@std/assert";
import { eventually } from "../support.ts";
import { ask, get, ok, refusal, startClient, startRawApp, textOf } from "./support.ts";

const body = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsmuggle";

Deno.test("X16 an answer that could end in two places is refused, and its connection with it", async () => {
  const hostile: [what: string, answer: string][] = [
    [
      "both lengths",
      `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    ["two lengths", `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 7\r\n\r\n${body}`],
    ["folded coding", `HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${body}`],
    ["blank before the colon", `HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${body}`],
    ["a CR in a value", `HTTP/1.1 200 OK\r\nA: b\rContent-Length: 0\r\n\r\n${body}`],
    ["a negative length", `HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n${body}`],
    ["chunked in HTTP/1.0", `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`],
    ["another coding", `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n${body}`],
    ["a switch nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
    ["a chunk's size in LF", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n"],
    ["a head that breaks off", "HTTP/1.1 200 OK\r\nContent-Le"],
  ];
  for (const [what, answer] of hostile) {
    await using app = startRawApp(async ({ connection, say, hangUp }) => {
      await say(connection === 0 ? answer : ok("well"));
      if (connection === 0 && what === "a head that breaks off") hangUp();
    });
    using client = startClient();
    assertEquals(await refusal(client, get(app.upstream)), "malformed", what);
    await app.ended[0];
    assertEquals(await textOf(await ask(client, get(app.upstream))), "well", what);
  }
});

Deno.test("X16 what an app says unasked is nobody's answer", async () => {
  for (const surplus of [body, "\r\n", "\0"]) {
    for (const late of [false, true]) {
      await using app = startRawApp(async ({ connection, nth, say }) => {
        if (connection > 0 || nth > 0) return await say(ok("mine"));
        await say(late ? ok("first") : ok("first") + surplus);
        if (late) await say(surplus);
      });
      using client = startClient();
      assertEquals(await textOf(await ask(client, get(app.upstream))), "first");
      await app.ended[0];
      assertEquals(await textOf(await ask(client, get(app.upstream))), "mine");
    }
  }
});

Deno.test("X16 a body beside an answer that has none is nobody's answer", async () => {
  for (
    const [method, status] of [["HEAD", "200 OK"], ["GET", "204 No Content"], ["GET", "304 Not Modified"]]
  ) {
    await using app = startRawApp(({ connection, say }) =>
      say(
        connection === 0 ? `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}` : ok("mine"),
      )
    );
    using client = startClient();
    assertEquals(await textOf(await ask(client, get(app.upstream, { method }))), "");
    await app.ended[0];
    assertEquals(await textOf(await ask(client, get(app.upstream))), "mine");
  }
});

Deno.test("X16 a head without an end is not read for ever", async () => {
  for (const piece of ["X: y\r\n", "x".repeat(1000), "HTTP/1.1 100 Continue\r\n\r\n", "\r\n"]) {
    let sent = 0;
    await using app = startRawApp(async ({ say }) => {
      await say(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n".slice(
          0,
          piece.startsWith("HTTP") ? 25 : undefined,
        ),
      );
      for (;;) {
        await say(piece.repeat(20));
        sent += 20 * piece.length;
      }
    });
    using client = startClient();
    const expected = piece === "\r\n" ? "answered" : "malformed";
    assertEquals(await refusal(client, get(app.upstream)), expected, piece.slice(0, 20));
    await app.ended[0];
    // What the kernel takes before somebody reads is not counted here: some MB.
    assertEquals(sent < 32 * 1024 * 1024, true, `${sent}`);
  }
});

Deno.test("X16 a body that breaks off, or its chunks do, is an error and never an end", async () => {
  const half: [what: string, head: string, rest: string][] = [
    ["a length", "Content-Length: 100", "half"],
    ["chunks", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"],
    ["a chunk", "Transfer-Encoding: chunked", "8\r\nhalf"],
    ["the last chunk", "Transfer-Encoding: chunked", "4\r\nhalf\r\n0\r\n"],
    ["a bad chunk", "Transfer-Encoding: chunked", "4\r\nhalfX\r\n0\r\n\r\n"],
    ["a chunk of hidden size", "Transfer-Encoding: chunked", "4\r\nhalf\r\n0x10\r\n0\r\n\r\n"],
  ];
  for (const [what, head, rest] of half) {
    const readerCame = eventually<void>("the reader");
    await using app = startRawApp(async ({ say, hangUp }) => {
      await say(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`);
      await readerCame.promise;
      await say(rest);
      hangUp();
    });
    using client = startClient();
    const answer = await ask(client, get(app.upstream));
    readerCame.resolve();
    await assertRejects(() => textOf(answer), Error, "broken off", what);
    assertEquals(client.resting, 0);
  }
});

Deno.test("X16 chunks of one byte do not hold more memory than they have bytes", async () => {
  await using app = startRawApp(async ({ say }) => {
    await say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let i = 0; i < 20; i++) await say("1\r\na\r\n".repeat(5_000));
    await say("0\r\n\r\n");
  });
  using client = startClient();
  const { body } = await ask(client, get(app.upstream));
  let length = 0;
  let held = 0;
  for await (const bytes of body as ReadableStream<Uint8Array>) {
    length += bytes.length;
    held += bytes.buffer.byteLength;
  }
  assertEquals(length, 100_000);
  assertEquals(held <= 8 * length, true, `${held}`);
});
