import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support.ts";
import { ask, get, ok, refusal, startClient, startRawApp, textOf } from "./support.ts";

Deno.test("A18 a body of announced length streams with that length, and any other in chunks", async () => {
  const read = async (text: string, more: () => Promise<string>, end: string) => {
    while (!text.endsWith(end)) text += await more();
    return text.slice(text.indexOf("\r\n\r\n") + 4);
  };
  await using app = startRawApp(async ({ text, more, say }) => {
    const chunked = text.includes("transfer-encoding: chunked");
    const length = /content-length: (\d+)/.exec(text)?.[1] ?? null;
    await say(
      ok(JSON.stringify({ chunked, length, body: await read(text, more, chunked ? "0\r\n\r\n" : "cd") })),
    );
  });
  using client = startClient();
  const streamed = (length: number | null) => {
    const stream = ReadableStream.from(["ab", "", "cd"].map((text) => new TextEncoder().encode(text)));
    return get(app.upstream, { method: "POST", body: { stream, length } });
  };
  assertEquals(JSON.parse(await textOf(await ask(client, streamed(4)))), {
    chunked: false,
    length: "4",
    body: "abcd",
  });
  assertEquals(JSON.parse(await textOf(await ask(client, streamed(null)))), {
    chunked: true,
    length: null,
    body: "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
  });
});

Deno.test("A18 a body that breaks off is not ended, but its connection is", async () => {
  for (const length of [null, 1000]) {
    const begun = eventually<void>("the body's beginning at the app");
    let seen = "";
    await using app = startRawApp(async ({ text, more }) => {
      for (let piece = text; piece !== ""; piece = await more()) {
        seen += piece;
        if (seen.includes("begin")) begun.resolve();
      }
    });
    using client = startClient();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("begin")),
      async pull(controller) {
        await begun.promise;
        controller.error(new Error("The visitor has gone"));
      },
    });
    const request = get(app.upstream, { method: "POST", body: { stream, length } });
    assertEquals(await refusal(client, request), "unreachable");
    await app.ended[0];
    assert(!seen.endsWith("0\r\n\r\n"));
  }
});

Deno.test("A18 a body that is not as long as announced ends its connection", async () => {
  for (const [length, sent] of [[10, "short"], [3, "too long"]] as const) {
    await using app = startRawApp(() => {});
    using client = startClient();
    const stream = ReadableStream.from([new TextEncoder().encode(sent)]);
    assertEquals(
      await refusal(client, get(app.upstream, { method: "POST", body: { stream, length } })),
      "unreachable",
    );
    await app.ended[0];
  }
});

Deno.test("A18 an early answer arrives while the body is still on its way, and the rest of that is not sent", async () => {
  const left = eventually<void>("the end of the upload");
  await using app = startRawApp(({ say }) => say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"));
  using client = startClient();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("begin")),
    cancel: () => left.resolve(),
  });
  const answer = await ask(client, get(app.upstream, { method: "POST", body: { stream, length: null } }));
  assertEquals([answer.status, await textOf(answer)], [413, "no"]);
  await left.promise;
  await app.ended[0];
  assertEquals(client.resting, 0);
});

Deno.test("A18 an app may answer as it is told, while it is told", async () => {
  await using app = startRawApp(async ({ say, more }) => {
    await say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (;;) {
      const piece = await more();
      await say(piece);
      if (piece.endsWith("0\r\n\r\n")) return;
    }
  });
  using client = startClient();
  let visitor!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (visitor = controller) });
  const { body } = await ask(client, get(app.upstream, { method: "POST", body: { stream, length: null } }));
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new TextDecoderStream())
    .getReader();
  for (const text of ["one", "two"]) {
    visitor.enqueue(new TextEncoder().encode(text));
    assertEquals((await reader.read()).value, text);
  }
  visitor.close();
  assertEquals((await reader.read()).done, true);
});
