/**
 * What a viewer costs that reads nothing, while its app's log goes on: bytes of heap and external memory for each of N
 * stalled streams, against the same server and the same log without them; and RSS, which also holds what Deno's HTTP layer
 * buffers below JavaScript. One viewer that keeps up is there all the time, because the ring that it reads from belongs
 * to the app and not to a viewer. The stalled ones live in a process of their own, so that only the server is measured.
 * What the kernel holds for each socket (some MB on loopback) is in neither.
 *
 *     deno run -A --v8-flags=--expose-gc bench/slow_viewer.ts [viewers] [MB of log]
 */
import { createSseSink, SSE_HEADERS } from "../lib/events/sse.ts";
import type { Joined } from "../lib/events/hub.ts";
import type { Sink } from "../lib/events/viewer.ts";
import { createSocketSink } from "../lib/events/websocket.ts";
import { APP_ID, deploy } from "../tests/preview/samples.ts";
import { makeApp, openIsolate } from "../tests/support/core_isolate.ts";
import { Story } from "../tests/support/core_story.ts";

const viewers = Number(Deno.args[0] ?? 50);
const megabytes = Number(Deno.args[1] ?? 12);
const MESSAGE = "x".repeat(170);
/** Bytes of one event on the wire. */
const EVENT_BYTES = 400;

const gc = (globalThis as { gc?: () => void }).gc;
if (!gc) throw new Error("Run with --v8-flags=--expose-gc");

/** Opens streams and reads nothing but the first bytes; tells when all are open; ends with its input. */
const STALLED = `
  const [port, count, upgrade] = Deno.args;
  const request = ["GET / HTTP/1.1", "Host: localhost", ...(upgrade === "WebSocket"
    ? ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="]
    : ["Accept: text/event-stream"])].join("\\r\\n") + "\\r\\n\\r\\n";
  const all = [];
  for (let i = 0; i < Number(count); i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode(request));
    await connection.read(new Uint8Array(16));
    all.push(connection);
  }
  console.log("open");
  await Deno.stdin.read(new Uint8Array(1));
`;

async function measure(transport: "SSE" | "WebSocket"): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  // What the log keeps is the same all the time; a cost of the log itself is none of its viewers.
  const core = openIsolate(kv, { keep: 1024 * 1024 });
  const story = new Story(core);
  await story.claim();
  const writer = core.logs.writer(APP_ID, deploy(1), "token-1", () => {});
  let number = 0;
  const run = async (bytes: number) => {
    for (let at = 0; at < bytes; at += EVENT_BYTES) {
      const message = `${MESSAGE} ${number++}`;
      await writer.write({ source: "build", stream: "stdout", message, timestamp: Date.now() });
    }
    await writer.flush();
  };

  const quick: Sink = {
    write: ({ sse, ws }) => void (sse.length + ws.length),
    ready: () => true,
    whenReady: (callback) => void setTimeout(callback, 1),
    keepAlive: () => {},
    close: () => {},
  };
  const reader = (await core.hub.join(APP_ID, null, quick))!;

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (req) => {
    let joined: Joined | null = null;
    const join = async (sink: Sink) => {
      joined = await core.hub.join(APP_ID, null, sink);
    };
    if (req.headers.get("upgrade") !== "websocket") {
      const { sink, body } = createSseSink(() => joined?.leave());
      await join(sink);
      return new Response(body, { headers: SSE_HEADERS });
    }
    const { socket, response } = Deno.upgradeWebSocket(req, { idleTimeout: 0 });
    socket.onopen = () => void join(createSocketSink(socket, () => joined?.leave()));
    return response;
  });

  /** After everything that waits was given time to be handed down. */
  const settled = async () => {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      gc!();
    }
    const { heapUsed, external, rss } = Deno.memoryUsage();
    return { heap: heapUsed + external, rss };
  };

  const open = async (count: number) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", STALLED, String(server.addr.port), String(count), transport],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    for await (const _ of child.stdout) break;
    while (core.hub.viewers <= count) await new Promise((resolve) => setTimeout(resolve, 5));
    return async () => {
      await child.stdin.close();
      await child.status;
      while (core.hub.viewers > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    };
  };

  // Once for warmth: what the runtime allocates for its first streams is no cost of the next ones.
  const close = await open(viewers);
  await run(megabytes * 1024 * 1024);
  await close();
  await run(megabytes * 1024 * 1024);
  const none = await settled();
  const end = await open(viewers);
  await run(megabytes * 1024 * 1024);
  const stalled = await settled();
  const later = await (await run(megabytes * 1024 * 1024), settled());
  const each = (after: typeof none, key: keyof typeof none) =>
    `${((after[key] - none[key]) / viewers / 1024).toFixed(1).padStart(8)} KiB`;
  console.log(`${transport}: each of ${viewers} stalled viewers, against none`);
  console.log(
    `  after ${megabytes} MB of log     heap + external ${each(stalled, "heap")}   rss ${
      each(stalled, "rss")
    }`,
  );
  console.log(
    `  after ${2 * megabytes} MB of log     heap + external ${each(later, "heap")}   rss ${
      each(later, "rss")
    }`,
  );
  await end();
  reader.leave();
  core.close();
  await server.shutdown();
}

await measure("SSE");
await measure("WebSocket");
