/** The proxy of a strict network, as a browser is configured to use one: plain HTTP passes, a tunnel does not. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface ForwardProxy {
  /** For Playwright's `proxy.server`. */
  readonly url: string;
  /** Tunnels that were asked for and refused: a browser's WebSockets begin so. */
  readonly refused: number;
  /** Event streams that were held back. */
  readonly held: number;
  close(): Promise<void>;
}

/**
 * @param holdsStreams passes an answer on only when it is whole, as proxies do that look for viruses: an event stream,
 *   which has no end, never arrives
 */
export async function startForwardProxy({ holdsStreams = false } = {}): Promise<ForwardProxy> {
  let refused = 0;
  let held = 0;
  const server = createServer((req, res) => {
    const target = new URL(req.url ?? "/");
    // Every name below localhost is this machine, which not every resolver knows.
    const upstream = request(
      {
        host: "127.0.0.1",
        port: target.port,
        path: target.pathname + target.search,
        method: req.method,
        headers: req.headers,
      },
      (answer) => {
        if (holdsStreams && answer.headers["content-type"]?.startsWith("text/event-stream")) {
          held++;
          answer.resume();
          return;
        }
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    upstream.on("error", () => res.destroy());
    res.on("close", () => upstream.destroy());
    req.pipe(upstream);
  });
  server.on("connect", (_req, socket) => {
    refused++;
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return refused;
    },
    get held() {
      return held;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
