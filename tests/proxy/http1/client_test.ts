import { assertEquals, assertRejects } from "@std/assert";
import { createAppClient } from "../../../lib/proxy/http1/client.ts";
import { closedPort, eventually } from "../support.ts";
import { ask, get, ok, refusal, startClient, startRawApp, textOf } from "./support.ts";

/** A connection rests when its request is known to be sent, which may be a turn of the event loop after the answer. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("A18 a request goes out with the app's own name and its body's length, and nothing that was not asked", async () => {
  const heard: string[] = [];
  await using app = startRawApp(async ({ text, say }) => {
    heard.push(text);
    await say(ok("hi"));
  });
  using client = startClient();
  const { upstream } = app;
  const host = upstream.slice("http://".length);
  assertEquals(
    await textOf(await ask(client, get(upstream, { target: "/a?b", fields: [["x-a", "é"]] }))),
    "hi",
  );
  await ask(client, get(upstream, { method: "POST", body: new TextEncoder().encode("body") }));
  await ask(client, get(upstream, { method: "PUT" }));
  await ask(client, get(upstream, { method: "DELETE" }));
  assertEquals(heard, [
    `GET /a?b HTTP/1.1\r\nhost: ${host}\r\nx-a: é\r\n\r\n`,
    `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 4\r\n\r\nbody`,
    `PUT / HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\n\r\n`,
    `DELETE / HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
  ]);
});

Deno.test("X16 nothing can be put between the lines of a request", async () => {
  await using app = startRawApp(({ say }) => say(ok("never")));
  using client = startClient();
  const smuggled = [
    { method: "GET / HTTP/1.1\r\n\r\nGET" },
    { target: "/ HTTP/1.1\r\nX: y" },
    { target: "/a b" },
    { target: "" },
    { fields: [["a", "b\r\nc: d"]] },
    { fields: [["a", "b\nc: d"]] },
    { fields: [["a\r\nb", "c"]] },
    { fields: [["a", "\0"]] },
  ] as const;
  for (const request of smuggled) {
    await assertRejects(() => client.ask(get(app.upstream, request)).asked, Error, "Cannot send");
  }
});

Deno.test("A18 one connection serves request after request", async () => {
  await using app = startRawApp(async ({ nth, say }) => {
    if (nth % 2 === 0) return await say(ok(`${nth}`));
    await say(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n${nth}\r\n0\r\n\r\n`);
  });
  using client = startClient();
  for (let i = 0; i < 6; i++) {
    assertEquals(await textOf(await ask(client, get(app.upstream))), `${i}`);
    await turn();
    assertEquals(client.resting, 1);
  }
  assertEquals(app.connections, 1);
});

Deno.test("A18 a connection is not used again where its app closes it, or where the answer did not end by itself", async () => {
  const answers = [
    ok("a", "Connection: close"),
    "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
    ok("a") + "surplus",
    "HTTP/1.1 204 No Content\r\n\r\nsurplus",
  ];
  await using app = startRawApp(({ connection, say }) => say(answers[connection]));
  using client = startClient();
  for (let i = 0; i < answers.length; i++) {
    await textOf(await ask(client, get(app.upstream)));
    await app.ended[i];
    assertEquals(client.resting, 0);
  }
  assertEquals(app.connections, answers.length);
});

Deno.test("A18 a kept connection that the app has closed is not waited for", async () => {
  await using app = startRawApp(async ({ connection, nth, say, hangUp }) => {
    await say(ok(`${connection}.${nth}`));
    if (connection === 0) hangUp();
  });
  using client = startClient();
  assertEquals(await textOf(await ask(client, get(app.upstream))), "0.0");
  await app.ended[0];
  assertEquals(await textOf(await ask(client, get(app.upstream))), "1.0");
});

Deno.test("A18 a request on a kept connection that ends in that moment is asked again, if it may be, and once", async () => {
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    const heard: string[] = [];
    await using app = startRawApp(async ({ connection, nth, text, say, hangUp }) => {
      heard.push(`${connection}.${nth} ${text.split(" ", 1)[0]}`);
      if (nth > 0) return hangUp();
      await say(text.startsWith("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : ok("again"));
    });
    using client = startClient();
    await ask(client, get(app.upstream));
    await turn();
    assertEquals((await ask(client, get(app.upstream, { method }))).status, 200);
    assertEquals(heard, ["0.0 GET", `0.1 ${method}`, `1.0 ${method}`]);
  }
});

Deno.test("A18 what must not be done twice goes out on a connection on which nothing was asked", async () => {
  await using app = startRawApp(({ connection, nth, say }) => say(ok(`${connection}.${nth}`)));
  using client = startClient();
  const body = new TextEncoder().encode("x");
  for (const [i, method] of ["POST", "PUT", "DELETE", "PATCH"].entries()) {
    assertEquals(await textOf(await ask(client, get(app.upstream, { method, body }))), `${i}.0`);
  }
});

Deno.test("A18 an app that hangs up on a first request is not asked twice", async () => {
  await using app = startRawApp(({ hangUp }) => hangUp());
  using client = startClient();
  assertEquals(await refusal(client, get(app.upstream)), "unreachable");
  assertEquals(app.connections, 1);
  assertEquals(await refusal(client, get(`http://127.0.0.1:${closedPort()}`)), "unreachable");
});

Deno.test("A18 interim answers are passed over", async () => {
  await using app = startRawApp(({ say }) =>
    say(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok("final")}`)
  );
  using client = startClient();
  const answer = await ask(client, get(app.upstream));
  assertEquals([answer.status, await textOf(answer)], [200, "final"]);
});

Deno.test("A18 a head of 200 KB arrives whole, byte by byte too", async () => {
  const large = "x".repeat(200_000);
  await using app = startRawApp(async ({ text, say }) => {
    if (text.includes("/large")) return await say(ok("a", `X-Large: ${large}`));
    for (const c of ok("small", "X-A: b")) await say(c);
  });
  using client = startClient();
  const answer = await ask(client, get(app.upstream, { target: "/large" }));
  assertEquals(answer.fields.find(([name]) => name === "x-large")?.[1], large);
  assertEquals(await textOf(answer), "a");
  assertEquals(await textOf(await ask(client, get(app.upstream))), "small");
});

Deno.test("A18 an answer without a length ends with its connection", async () => {
  await using app = startRawApp(async ({ say, hangUp }) => {
    await say("HTTP/1.1 200 OK\r\n\r\none ");
    await say("two");
    hangUp();
  });
  using client = startClient();
  assertEquals(await textOf(await ask(client, get(app.upstream))), "one two");
  assertEquals(client.resting, 0);
});

Deno.test("A18 an answer to HEAD has a length and no body, and the connection goes on", async () => {
  await using app = startRawApp(({ nth, say }) =>
    say(nth === 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n" : ok("next"))
  );
  using client = startClient();
  const answer = await ask(client, get(app.upstream, { method: "HEAD" }));
  assertEquals([answer.body, answer.fields], [null, [["content-length", "1234"]]]);
  await turn();
  assertEquals(await textOf(await ask(client, get(app.upstream))), "next");
  assertEquals(app.connections, 1);
});

Deno.test("A18 a large answer is read as its reader takes it, and arrives whole", async () => {
  const MB = 1024 * 1024;
  const piece = "0123456789abcdef".repeat(4096);
  for (const chunked of [false, true]) {
    await using app = startRawApp(async ({ say }) => {
      await say(
        `HTTP/1.1 200 OK\r\n${chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${8 * MB}`}\r\n\r\n`,
      );
      for (let sent = 0; sent < 8 * MB; sent += piece.length) {
        await say(chunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece);
      }
      if (chunked) await say("0\r\n\r\n");
    });
    using client = startClient();
    const { body } = await ask(client, get(app.upstream));
    let length = 0;
    for await (const bytes of body as ReadableStream<Uint8Array>) {
      for (let i = 0; i < bytes.length; i += 997) {
        assertEquals(bytes[i], piece.charCodeAt((length + i) % piece.length));
      }
      length += bytes.length;
    }
    assertEquals(length, 8 * MB);
    await turn();
    assertEquals(client.resting, 1);
  }
});

Deno.test("A18 a reader who leaves ends the app's connection", async () => {
  await using app = startRawApp(({ say }) => say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
  using client = startClient();
  const { body } = await ask(client, get(app.upstream));
  await (body as ReadableStream).cancel();
  await app.ended[0];
});

Deno.test("A18 an asker who leaves ends the app's connection, before the answer and while it connects", async () => {
  const arrived = eventually<void>("the request");
  await using app = startRawApp(() => arrived.resolve());
  using client = startClient();
  const thinking = client.ask(get(app.upstream));
  await arrived.promise;
  thinking.cancel();
  assertEquals(await thinking.asked, { ok: false, code: "cancelled" });
  await app.ended[0];
  const connecting = client.ask(get(app.upstream));
  connecting.cancel();
  assertEquals(await connecting.asked, { ok: false, code: "cancelled" });
});

Deno.test("A18 connections that rest too long, or are too many, are closed", async () => {
  let now = 0;
  const waiting: (() => void)[] = [];
  await using app = startRawApp(async ({ text, say }) => {
    if (text.includes("/wait")) await new Promise<void>((resolve) => waiting.push(resolve));
    await say(ok("a"));
  });
  const client = createAppClient(() => now);
  const many = Array.from({ length: 40 }, () => ask(client, get(app.upstream, { target: "/wait" })));
  while (waiting.length < 40) await turn();
  for (const resolve of waiting) resolve();
  await Promise.all(many);
  await turn();
  assertEquals(client.resting, 32);
  now = 60_000;
  await ask(client, get(app.upstream));
  await turn();
  assertEquals(client.resting, 1);
  client.close();
  assertEquals(client.resting, 0);
});
