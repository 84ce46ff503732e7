/** What waits in the server for a viewer that reads nothing, while its app's log goes on: 64 KiB at most. */
import { assert, assertEquals } from "@std/assert";
import { type Chunk, CHUNK_BYTES, EVENT_BYTES } from "../../lib/events/chunk.ts";
import { createSseSink } from "../../lib/events/sse.ts";
import { createSocketSink } from "../../lib/events/websocket.ts";
import type { Sink } from "../../lib/events/viewer.ts";
import { parseCursor } from "../../lib/protocol/cursor.ts";
import { APP_ID } from "../preview/samples.ts";
import { type CoreIsolate, makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { Story } from "../support/core_story.ts";
import { until } from "../support/until.ts";

const MOST = 64 * 1024;

async function inCore(run: (core: CoreIsolate, story: Story) => Promise<void>): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  try {
    await run(core, new Story(core));
  } finally {
    core.close();
  }
}

/** Lines as they mostly are, bursts, and the longest that there can be. */
async function goOn(core: CoreIsolate, story: Story): Promise<void> {
  const writer = core.logs.writer(APP_ID, story.deploys.at(-1)!, "token-1", () => {});
  const write = (message: string) =>
    writer.write([{ source: "build", stream: "stdout", message, timestamp: 1 }]);
  for (let n = 0; n < 3_000; n++) await write(`line ${n} ${"x".repeat(n % 200)}`);
  for (let n = 0; n < 20; n++) await write("y".repeat(16_000));
  for (let n = 0; n < 5; n++) await write("\u0001".repeat(9_900));
  for (let n = 0; n < 5; n++) await write("é".repeat(29_000));
  await writer.flush();
}

async function quick(core: CoreIsolate): Promise<{ sink: Collector; leave(): void }> {
  const sink = new Collector();
  const joined = (await core.hub.join(APP_ID, null, sink))!;
  return { sink, leave: () => joined.leave() };
}

/** The same sink, and one sees what has just been written to it. */
const observed = (sink: Sink, onWritten: (chunk: Chunk) => void): Sink => ({
  write(chunk) {
    sink.write(chunk);
    onWritten(chunk);
  },
  ready: () => sink.ready(),
  whenReady: (callback) => sink.whenReady(callback),
  flushed: (chunk) => sink.flushed?.(chunk),
  keepAlive: () => sink.keepAlive(),
  close: (farewell) => sink.close(farewell),
});

const isAt = (sink: Collector, lines: number) =>
  Object.values(parseCursor(sink.items.findLast(({ id }) => id)?.id ?? "0")!.lines)[0] === lines;

Deno.test("X1 SSE: a viewer that reads nothing keeps 64 KiB waiting at most, and what comes later reaches it nevertheless", () =>
  inCore(async (core, story) => {
    await story.claim();
    const { sink, body } = createSseSink({ gone() {} });
    let written = 0;
    const counted = observed(sink, (chunk) => written += chunk.sse.byteLength);
    const joined = (await core.hub.join(APP_ID, null, counted))!;
    const other = await quick(core);
    await goOn(core, story);
    const total = (await core.logs.head(story.deploys[0]))!.lines;
    await other.sink.until(() => isAt(other.sink, total));
    assert(written > 1_000 && written <= MOST, `${written} bytes wait`);

    // The one that stopped goes on, chunk by chunk, and nothing has been lost.
    const lines: number[] = [];
    let text = "";
    const decoder = new TextDecoder();
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      const frames = text.split("\n\n");
      text = frames.pop()!;
      for (const frame of frames) {
        const number = /"line":(\d+)/.exec(frame);
        if (number) lines.push(Number(number[1]));
      }
      if (lines.length === total) break;
    }
    assertEquals(lines, Array.from({ length: total }, (_, n) => n));
    joined.leave();
    other.leave();
  }));

Deno.test("X1 WebSocket: a peer that reads nothing keeps 64 KiB waiting at most", () =>
  inCore(async (core, story) => {
    await story.claim();
    let most = 0;
    let socket!: WebSocket;
    let leave = () => {};
    const joined = Promise.withResolvers<void>();
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (req) => {
      const upgraded = Deno.upgradeWebSocket(req);
      socket = upgraded.socket;
      const sink = createSocketSink(socket, { gone: () => leave() });
      const counted = observed(sink, () => most = Math.max(most, socket.bufferedAmount));
      socket.onopen = async () => {
        const place = (await core.hub.join(APP_ID, null, counted))!;
        leave = () => place.leave();
        joined.resolve();
      };
      return upgraded.response;
    });
    const peer = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = [
      "GET / HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${btoa("0123456789abcdef")}`,
    ];
    await peer.write(new TextEncoder().encode(request.join("\r\n") + "\r\n\r\n"));
    await joined.promise;
    // Until the kernel takes no more, and then some.
    for (let rounds = 0; rounds < 12; rounds++) await goOn(core, story);
    const other = await quick(core);
    await other.sink.until(() => other.sink.items.length > 100);
    await until("the kernel takes no more: the peer is stalled", () => socket.bufferedAmount > 0);
    assert(most <= MOST, `${most} bytes waited`);
    peer.close();
    leave();
    other.leave();
    if (socket.readyState !== WebSocket.CLOSED) {
      await new Promise((resolve) => socket.addEventListener("close", resolve));
    }
    await server.shutdown();
  }));

Deno.test("no chunk is larger than what a viewer may cost, whatever its lines are", () =>
  inCore(async (core, story) => {
    await story.claim();
    const live = await quick(core);
    await goOn(core, story);
    const total = (await core.logs.head(story.deploys[0]))!.lines;
    await live.sink.until(() => isAt(live.sink, total));
    const late = new Collector();
    const joined = (await core.hub.join(APP_ID, { rev: 0, lines: {} }, late))!;
    await late.until(() => isAt(late, total));
    for (const chunk of [...live.sink.chunks, ...late.chunks]) {
      const ws = new TextEncoder().encode(chunk.ws).byteLength;
      const most = chunk.items.length > 1 ? CHUNK_BYTES : EVENT_BYTES;
      assert(chunk.sse.byteLength <= most && ws <= most, `${chunk.sse.byteLength}, ${ws}`);
    }
    joined.leave();
    live.leave();
  }));
