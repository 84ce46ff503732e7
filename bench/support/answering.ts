/**
 * What the app behind the preview proxy runs: answers of a known size, and a WebSocket that says what it is told. Its own
 * file, for it is put into a repository as it is.
 *
 * | request | answer |
 * |---|---|
 * | `GET /bytes?length=N` | N bytes |
 * | a WebSocket | each message as it came |
 */
const port = Number(Deno.env.get("PORT"));
const bodies = new Map<number, Uint8Array<ArrayBuffer>>();

function body(length: number): Uint8Array<ArrayBuffer> {
  let bytes = bodies.get(length);
  if (bytes === undefined) {
    bytes = Uint8Array.from({ length }, (_, i) => 97 + i % 26);
    bodies.set(length, bytes);
  }
  return bytes;
}

Deno.serve({
  hostname: "127.0.0.1",
  port,
  onListen: () => console.log(`answers at ${port}`),
}, (req) => {
  if (req.headers.get("upgrade") === "websocket") {
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  }
  const length = Number(new URL(req.url).searchParams.get("length") ?? 0);
  return new Response(body(length), { headers: { "content-type": "application/octet-stream" } });
});
