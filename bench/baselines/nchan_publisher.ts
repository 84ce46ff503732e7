/**
 * Publishes what the printer says to nchan, a message a line, in order: one connection, and requests go out without waiting
 * for the answers before them. Arguments: nginx's port, and `sse` or `ws`. Prints `{printer}` when it is ready.
 */
import { DEPLOY_ID, type LogEvent, startSource } from "./source.ts";

const [port, transport] = Deno.args;
const encoder = new TextEncoder();
const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
let sending = Promise.resolve();

/** Its own cursor is added by nchan for SSE; in a WebSocket message it has to be ours. */
function messageOf(event: LogEvent): string {
  if (transport === "sse") return JSON.stringify(event);
  return JSON.stringify([{ id: `1~${DEPLOY_ID}:${event.payload.line + 1}`, ...event }]);
}

async function publish(events: LogEvent[]): Promise<void> {
  let requests = "";
  for (const event of events) {
    const message = messageOf(event);
    requests +=
      `POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: ${message.length}\r\n\r\n${message}`;
  }
  const bytes = encoder.encode(requests);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

const source = await startSource((events) => void (sending = sending.then(() => publish(events))));
void (async () => {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  for (let length; (length = await connection.read(buffer)) !== null;) {
    const refused = /HTTP\/1\.1 [345]\d\d.*/.exec(decoder.decode(buffer.subarray(0, length)));
    if (refused) throw new Error(`nchan refused a message: ${refused[0]}`);
  }
  throw new Error("nchan has hung up");
})();
console.log(JSON.stringify({ printer: source.port }));
for await (const _ of Deno.stdin.readable);
await source.end();
Deno.exit();
