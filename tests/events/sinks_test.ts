/** The two streaming sinks on real connections, with a hub whose times are short. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Chunk } from "../../lib/events/chunk.ts";
import { createSseSink } from "../../lib/events/sse.ts";
import { createSocketSink } from "../../lib/events/websocket.ts";
import type { Joined } from "../../lib/events/hub.ts";
import type { Sink } from "../../lib/events/viewer.ts";
import { START } from "../../lib/protocol/cursor.ts";
import { APP_ID } from "../preview/samples.ts";
import { type CoreIsolate, type CoreOptions, makeApp, openIsolate } from "../support/core_isolate.ts";

/** A server that opens one stream for each request, as the endpoint does for whoever was let in. */
async function serving(
  run: (url: string, core: CoreIsolate) => Promise<void>,
  options: CoreOptions,
): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv, options);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (req) => {
    let joined: Joined | null = null;
    let gone = false;
    const owner = {
      gone() {
        gone = true;
        joined?.leave();
      },
    };
    const join = async (sink: Sink) => {
      joined = await core.hub.join(APP_ID, null, sink).catch(() => null);
      if (joined === null) sink.close({ type: "failed" });
      else if (gone) joined.leave();
    };
    if (req.headers.get("upgrade") !== "websocket") {
      const { sink, body } = createSseSink(owner);
      await join(sink);
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    const { socket, response } = Deno.upgradeWebSocket(req);
    const sink = createSocketSink(socket, owner);
    socket.onopen = () => void join(sink);
    return response;
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}/`, core);
    assertEquals([core.hub.viewers, core.present], [0, 0]);
  } finally {
    core.close();
    await server.shutdown();
  }
}

/** Text of the stream, until it ends or holds what is looked for. */
async function read(res: Response, stop?: RegExp): Promise<string> {
  let text = "";
  for await (const piece of res.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (stop?.test(text)) break;
  }
  return text;
}

interface Heard {
  readonly frames: string[];
  readonly code: number;
  readonly reason: string;
}

function hear(url: string, stop: (frames: string[]) => boolean = () => false): Promise<Heard> {
  const socket = new WebSocket(url.replace("http", "ws"));
  const frames: string[] = [];
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      frames.push(data);
      if (stop(frames)) socket.close();
    };
    socket.onclose = ({ code, reason }) => resolve({ frames, code, reason });
  });
}

async function empty(core: CoreIsolate): Promise<void> {
  while (core.hub.viewers > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("A11 SSE: a quiet stream carries comments", () =>
  serving(async (url, core) => {
    const text = await read(await fetch(url), /(: still here\n\n.*){3}/s);
    assertMatch(text, /^retry: 1000\n\nid: 0\nevent: status\ndata: \{.*\}\n\n: still here\n\n/);
    await empty(core);
  }, { keepAliveEvery: 5 }));

Deno.test("A11 WebSocket: a quiet stream carries empty frames", () =>
  serving(async (url, core) => {
    const { frames } = await hear(url, (frames) => frames.length === 4);
    assertEquals(frames.slice(1), ["[]", "[]", "[]"]);
    assertEquals(JSON.parse(frames[0]).length, 1);
    await empty(core);
  }, { keepAliveEvery: 5 }));

Deno.test("SSE: only a chunk that is larger than what HTTP has room for is waited for", async () => {
  const { sink } = createSseSink({ gone() {} });
  const chunk = (length: number) =>
    new Chunk([{ event: { type: "error", payload: { message: "x".repeat(length) } } }], START);
  assertEquals(sink.flushed!(chunk(100)), undefined);
  assert(sink.flushed!(chunk(10_000)) instanceof Promise);
  await sink.flushed!(chunk(10_000));
});

Deno.test("A11 an old stream says that one should come back, and ends", () =>
  serving(async (url) => {
    const text = await read(await fetch(url));
    assertMatch(
      text,
      /\nretry: 1\nevent: reconnect\ndata: \{"type":"reconnect","payload":\{"reason":"age","afterMs":0\}\}\n\n$/,
    );
    const { frames, code, reason } = await hear(url);
    assertEquals(JSON.parse(frames.at(-1)!), [{ type: "reconnect", payload: { reason: "age", afterMs: 0 } }]);
    assertEquals([code, reason], [1000, "reconnect"]);
  }, { maxAge: 30 }));

Deno.test("S6 a stream whose join fails ends, and counts nowhere", () =>
  serving(async (url) => {
    assertEquals(await read(await fetch(url)), "retry: 1000\n\n");
    const { frames, code, reason } = await hear(url);
    assertEquals([frames, code, reason], [[], 4500, "internal_error"]);
  }, { history: (history) => ({ ...history, read: () => Promise.reject(new Error("the store is away")) }) }));

for (const transport of ["SSE", "WebSocket"]) {
  Deno.test(`S6 ${transport}: whoever goes while he is being let in leaves nothing behind`, async () => {
    const gate = Promise.withResolvers<void>();
    let left = false;
    await serving(async (url, core) => {
      const abort = new AbortController();
      const socket = transport === "SSE" ? null : new WebSocket(url.replace("http", "ws"));
      const over = socket
        ? new Promise((resolve) => socket.onclose = resolve)
        : fetch(url, { signal: abort.signal }).catch(() => {});
      while (core.present === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      abort.abort();
      socket?.close();
      await over;
      gate.resolve();
      while (core.present > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      left = true;
    }, {
      history: (history) => ({
        ...history,
        async read(...args) {
          await gate.promise;
          return await history.read(...args);
        },
      }),
    });
    assert(left);
  });
}

Deno.test("X10 a drained WebSocket whose peer never answers is off the list all the same", () =>
  serving(async (url, core) => {
    const { hostname, port } = new URL(url);
    using peer = await Deno.connect({ hostname, port: Number(port) });
    const lines = [
      "GET / HTTP/1.1",
      `Host: ${hostname}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${btoa("0123456789abcdef")}`,
    ];
    await peer.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
    await peer.read(new Uint8Array(1_000));
    while (core.hub.viewers === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    core.hub.drain(0);
    assertEquals([core.hub.viewers, core.present], [0, 0]);
  }, {}));
