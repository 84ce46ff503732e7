/**
 * The technique that the seed of this project used, as a server of its own: each client has a stream and a promise chain, and
 * each event is written for each client. Prints `{port, printer}` when it serves; ends with its input. The argument says
 * whether an event is also encoded for `each` client, or `once` for all, which is kinder to it by more than half.
 */
import { DEPLOY_ID, type LogEvent, serveBaseline, startSource } from "./source.ts";

/** Encodes an event, where it has not been. */
type Encode<T> = (event: LogEvent) => T;

interface Client {
  chain: Promise<void>;
  send(event: LogEvent): Promise<void> | void;
}

const clients = new Set<Client>();
const encoder = new TextEncoder();
const idOf = ({ payload }: LogEvent) => `1~${DEPLOY_ID}:${payload.line + 1}`;

/** Remembers the last answer, where events are encoded once: all clients ask for the same one in turn. */
function perhapsOnce<T>(encode: Encode<T>): Encode<T> {
  if (Deno.args[0] !== "once") return encode;
  const known = new WeakMap<LogEvent, T>();
  return (event) => {
    let text = known.get(event);
    if (text === undefined) known.set(event, text = encode(event));
    return text;
  };
}

const sseFrame = perhapsOnce((event) =>
  encoder.encode(`id: ${idOf(event)}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
);
const wsFrame = perhapsOnce((event) => JSON.stringify([{ id: idOf(event), ...event }]));

const source = await startSource((events) => {
  for (const event of events) {
    for (const client of clients) {
      client.chain = client.chain.then(() => client.send(event)).catch(() => void clients.delete(client));
    }
  }
});

function sse(): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  clients.add({
    chain: writer.write(encoder.encode("retry: 1000\n\n")),
    send: (event) => writer.write(sseFrame(event)),
  });
  return new Response(readable, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

function websocket(req: Request): Response {
  // A server that is busy for seconds would else take its clients for gone.
  const { socket, response } = Deno.upgradeWebSocket(req, { idleTimeout: 0 });
  const client: Client = { chain: Promise.resolve(), send: (event) => socket.send(wsFrame(event)) };
  socket.onopen = () => clients.add(client);
  socket.onclose = socket.onerror = () => void clients.delete(client);
  return response;
}

await serveBaseline(source, { sse, websocket });
