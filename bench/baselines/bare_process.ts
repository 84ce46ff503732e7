/**
 * The least that a fan-out on Deno can do, as a server of its own: what was read at once is encoded once and given to each
 * client's stream or socket in the same turn. No log, no rights, no cursors to come back with, nothing for slow clients. It says
 * how much of what a viewer waits for is Deno's and the kernel's. Prints `{port, printer}` when it serves; ends with its input.
 */
import { DEPLOY_ID, type LogEvent, serveBaseline, startSource } from "./source.ts";

const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
const sockets = new Set<WebSocket>();
const encoder = new TextEncoder();
const idOf = ({ payload }: LogEvent) => `1~${DEPLOY_ID}:${payload.line + 1}`;

const source = await startSource((events) => {
  if (streams.size > 0) {
    const text = events.map((event) =>
      `id: ${idOf(event)}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    );
    const chunk = encoder.encode(text.join(""));
    for (const stream of streams) stream.enqueue(chunk);
  }
  if (sockets.size > 0) {
    const frame = JSON.stringify(events.map((event) => ({ id: idOf(event), ...event })));
    for (const socket of sockets) socket.send(frame);
  }
});

function sse(): Response {
  let mine: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      streams.add(mine = controller);
      controller.enqueue(encoder.encode("retry: 1000\n\n"));
    },
    cancel: () => void streams.delete(mine),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

function websocket(req: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(req, { idleTimeout: 0 });
  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  return response;
}

await serveBaseline(source, { sse, websocket });
