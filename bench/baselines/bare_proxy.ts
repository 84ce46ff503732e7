/**
 * The least that a proxy on `Deno.serve` and `fetch` can do: passes requests, answers and messages on as they are, to one
 * app, and looks at nothing. What the preview proxy does besides is the difference.
 *
 *     await using proxy = await startBareProxy(appPort);
 */
import { pinToServer, startProgram } from "../support/subject.ts";

/** In a process of its own, on the core of the server. */
export async function startBareProxy(
  appPort: number,
): Promise<{ readonly port: number; readonly pid: number } & AsyncDisposable> {
  const { pid, ready, end } = await startProgram<{ port: number }>(new URL(import.meta.url), [
    String(appPort),
  ]);
  await pinToServer(pid);
  return { port: ready.port, pid, [Symbol.asyncDispose]: end };
}

async function bridge(req: Request, address: string): Promise<Response> {
  const app = new WebSocket(address.replace("http", "ws"));
  await new Promise((resolve) => app.onopen = resolve);
  const { socket, response } = Deno.upgradeWebSocket(req);
  socket.onmessage = ({ data }) => app.send(data);
  app.onmessage = ({ data }) => socket.send(data);
  socket.onclose = () => app.close();
  return response;
}

if (import.meta.main) {
  const app = `http://127.0.0.1:${Deno.args[0]}`;
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(JSON.stringify({ port })),
  }, async (req) => {
    const { pathname, search } = new URL(req.url);
    const address = app + pathname + search;
    if (req.headers.get("upgrade") === "websocket") return await bridge(req, address);
    const { method, headers, body } = req;
    const answer = await fetch(address, { method, headers, body, redirect: "manual" });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  });
  // It ends with its input, also where whoever started it was killed.
  for await (const _ of Deno.stdin.readable);
  Deno.exit();
}
