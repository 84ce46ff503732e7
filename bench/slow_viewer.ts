/**
 * What a viewer costs that reads nothing, while its app's log goes on: KiB of the server's memory for each of N stalled
 * streams. Each measurement has a server process of its own, since what one had freed for the next would hide a cost:
 * one without them, one where they are open and nothing is said (what Deno's connection and stream cost by themselves),
 * and one where the whole log went by. One viewer that keeps up is there all the time, because the ring that it reads
 * from belongs to the app and not to a viewer. What the kernel holds for each socket (some MB on loopback) is not in it.
 *
 * Memory is what is in use: V8's heap, and what the C library has lent out (below JavaScript: Deno's HTTP and WebSocket
 * layers, and buffers). RSS would add what V8 and the allocator keep for later, which is nobody's and varies by the run.
 *
 *     deno run -A bench/slow_viewer.ts [viewers] [MB of log] [rounds]      (Linux with glibc)
 */
import { createSseSink, SSE_HEADERS } from "../lib/events/sse.ts";
import type { Joined } from "../lib/events/hub.ts";
import type { Sink } from "../lib/events/viewer.ts";
import { createSocketSink } from "../lib/events/websocket.ts";
import { APP_ID, deploy } from "../tests/preview/samples.ts";
import { makeApp, openIsolate } from "../tests/support/core_isolate.ts";
import { Story } from "../tests/support/core_story.ts";

type Transport = "SSE" | "WebSocket";
interface Memory {
  /** Bytes that JavaScript holds: heap and buffers. */
  readonly ours: number;
  /** Bytes in use in the whole process. */
  readonly whole: number;
}

const MESSAGE = "x".repeat(170);
/** Bytes of one event on the wire. */
const EVENT_BYTES = 400;

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

/** The server process: prints its memory, in bytes, when all is said. */
async function serve(transport: Transport, viewers: number, megabytes: number): Promise<void> {
  const { gc } = globalThis as unknown as { gc: () => void };
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  // What the log keeps is the same all the time; a cost of the log itself is none of its viewers.
  const core = openIsolate(kv, { keep: 1024 * 1024 });
  const story = new Story(core);
  await story.claim();
  const writer = core.logs.writer(APP_ID, deploy(1), "token-1", () => {});

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
      const { sink, body } = createSseSink({ gone: () => joined?.leave() });
      await join(sink);
      return new Response(body, { headers: SSE_HEADERS });
    }
    const { socket, response } = Deno.upgradeWebSocket(req, { idleTimeout: 0 });
    socket.onopen = () => void join(createSocketSink(socket, { gone: () => joined?.leave() }));
    return response;
  });

  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", STALLED, String(server.addr.port), String(viewers), transport],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  for await (const _ of child.stdout) break;
  while (core.hub.viewers <= viewers) await new Promise((resolve) => setTimeout(resolve, 5));

  let number = 0;
  for (let at = 0; at < megabytes * 1024 * 1024; at += EVENT_BYTES) {
    const message = `${MESSAGE} ${number++}`;
    await writer.write([{ source: "build", stream: "stdout", message, timestamp: Date.now() }]);
  }
  await writer.flush();
  // Everything that waits is given time to be handed down.
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    gc();
  }
  const { heapUsed, external } = Deno.memoryUsage();
  const whole = heapUsed + allocated();
  console.log(JSON.stringify({ ours: heapUsed + external, whole } satisfies Memory));

  await child.stdin.close();
  await child.status;
  while (core.hub.viewers > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  reader.leave();
  core.close();
  await server.shutdown();
}

/** Bytes that malloc has lent out: `mallinfo2` tells ten numbers, of which the fifth and the eighth are in use. */
function allocated(): number {
  const size = "usize";
  const struct = Array.from({ length: 10 }, () => size) as "usize"[];
  const libc = Deno.dlopen("libc.so.6", { mallinfo2: { parameters: [], result: { struct } } });
  const numbers = new BigUint64Array(libc.symbols.mallinfo2().slice().buffer);
  libc.close();
  return Number(numbers[4] + numbers[7]);
}

async function measure(transport: Transport, viewers: number, megabytes: number): Promise<Memory> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--v8-flags=--expose-gc",
      import.meta.filename!,
      "server",
      transport,
      String(viewers),
      String(megabytes),
    ],
    // As `deno task start` has it.
    env: { DENO_USE_WRITEV: "1" },
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`The server ended with status ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function compare(viewers: number, megabytes: number, rounds: number): Promise<void> {
  for (const transport of ["SSE", "WebSocket"] as const) {
    const open: Memory[] = [];
    const stalled: Memory[] = [];
    for (let round = 0; round < rounds; round++) {
      const silent = await measure(transport, 0, 0);
      const each = (after: Memory, before: Memory) => ({
        ours: (after.ours - before.ours) / viewers / 1024,
        whole: (after.whole - before.whole) / viewers / 1024,
      });
      open.push(each(await measure(transport, viewers, 0), silent));
      stalled.push(
        each(await measure(transport, viewers, megabytes), await measure(transport, 0, megabytes)),
      );
    }
    const show = (all: Memory[], key: keyof Memory) => {
      const values = all.map((memory) => memory[key]).sort((a, b) => a - b);
      const [least, median, most] = [values[0], values[values.length >> 1], values.at(-1)!].map((v) =>
        v.toFixed(0)
      );
      return `${median.padStart(4)} KiB (${least} to ${most})`;
    };
    console.log(`${transport}: each of ${viewers} viewers that read nothing, median of ${rounds}`);
    for (
      const [what, all] of [["open, nothing said", open], [`after ${megabytes} MB of log`, stalled]] as const
    ) {
      console.log(`  ${what.padEnd(20)} JavaScript ${show(all, "ours")}   process ${show(all, "whole")}`);
    }
  }
}

const [role, transport, count, megabytes] = Deno.args;
if (role === "server") await serve(transport as Transport, Number(count), Number(megabytes));
else await compare(Number(Deno.args[0] ?? 500), Number(Deno.args[1] ?? 16), Number(Deno.args[2] ?? 3));
