/**
 * What a connection costs that only is there, with nothing of ours: what Deno itself keeps for it. Each kind in a process of
 * its own, which tells the memory that it has in use.
 *
 *     await using floor = await startFloor("stream");
 */
import { createServer } from "node:http";
import { type MemoryInUse, memoryInUse } from "../support/memory.ts";
import { anonymousBytes, cpuSeconds } from "../support/process.ts";
import { pinToServer, startProgram } from "../support/subject.ts";
import type { Transport } from "../support/transports.ts";

/**
 * | kind | what is open |
 * |---|---|
 * | stream | an answer of `Deno.serve` whose body is a JavaScript stream |
 * | socket | a WebSocket |
 * | silence | a request to `Deno.serve` that is not answered |
 * | node | an answer of `node:http` that was begun |
 */
export const FLOORS = ["stream", "socket", "silence", "node"] as const;
export type Floor = typeof FLOORS[number];
/** The floor that a transport of ours stands on. */
export const FLOOR_OF: Readonly<Record<Transport, Floor>> = { sse: "stream", ws: "socket" };

export interface FloorServer extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number;
  held(): Promise<MemoryInUse>;
  /** Bytes; see `anonymousBytes`. */
  memory(): number;
  /** Seconds of processor time. */
  cpuSeconds(): number;
}

/** What is said to whoever comes. */
export interface Told {
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks of the stream, or frames. */
  readonly first: readonly string[];
}

const LITTLE: Told = { headers: { "content-type": "text/event-stream" }, first: ["data: {}\n\n"] };

export async function startFloor(kind: Floor, told: Told = LITTLE): Promise<FloorServer> {
  const { pid, ready, end } = await startProgram<{ port: number; control: number }>(
    new URL(import.meta.url),
    [kind, JSON.stringify(told)],
  );
  await pinToServer(pid);
  return {
    port: ready.port,
    held: async () => await (await fetch(`http://127.0.0.1:${ready.control}`)).json(),
    memory: () => anonymousBytes(pid),
    cpuSeconds: () => cpuSeconds(pid),
    [Symbol.asyncDispose]: end,
  };
}

/** @returns the port */
function serve(kind: Floor, { headers, first }: Told): Promise<number> {
  const encoder = new TextEncoder();
  const listening = Promise.withResolvers<number>();
  if (kind === "node") {
    const server = createServer((_, answer) => answer.writeHead(200, headers).write(first.join("")));
    server.listen(0, "127.0.0.1", () => listening.resolve((server.address() as { port: number }).port));
    return listening.promise;
  }
  const kept: unknown[] = [];
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => listening.resolve(port) }, (req) => {
    if (kind === "silence") return new Promise<Response>((resolve) => kept.push(resolve));
    if (kind === "stream") {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const text of first) controller.enqueue(encoder.encode(text));
          kept.push(controller);
        },
      });
      return new Response(body, { headers });
    }
    const { socket, response } = Deno.upgradeWebSocket(req, { idleTimeout: 0 });
    socket.onopen = () => first.forEach((text) => socket.send(text));
    kept.push(socket);
    return response;
  });
  return listening.promise;
}

if (import.meta.main) {
  const port = await serve(Deno.args[0] as Floor, JSON.parse(Deno.args[1]));
  // Asked at a port of its own: the measured one serves what is measured and nothing else.
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port: control }) => console.log(JSON.stringify({ port, control })),
  }, async () => Response.json(await memoryInUse()));
  // It ends with its input, also where whoever started it was killed.
  for await (const _ of Deno.stdin.readable);
  Deno.exit();
}
