/** A small app to look at in a preview: two pages, an echo over WebSocket, and a message that changes with a push. */
import { page } from "./page.ts";

const port = Number(Deno.env.get("PORT") ?? 8080);

const server = Deno.serve(
  { hostname: "127.0.0.1", port, onListen },
  async (request) => {
    const { pathname } = new URL(request.url);
    console.log(`${request.method} ${pathname}`);
    switch (pathname) {
      case "/":
        return html(
          page("Hello", await message(), {
            href: "/about",
            text: "About this app",
          }),
        );
      case "/about":
        return html(
          page("About", "A small Deno server, with no step to install.", {
            href: "/",
            text: "Back home",
          }),
        );
      case "/ws":
        return echo(request);
      default:
        return html(
          page("Not here", "This app has two pages, and this is neither.", {
            href: "/",
            text: "Home",
          }),
          404,
        );
    }
  },
);

/** Read at each request, so that a change is seen without a restart. */
async function message(): Promise<string> {
  return (await Deno.readTextFile(new URL("message.txt", import.meta.url)))
    .trim();
}

function html(body: string, status = 200): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}

function echo(request: Request): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("Speak WebSocket here, and you will be echoed.\n", {
      status: 426,
    });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
}

/** A start that can be watched: the port is open at once, the lines come one by one. */
async function onListen(): Promise<void> {
  const lines = [
    "warming up",
    "reading message.txt",
    "pages: / and /about",
    "echo: /ws",
    `ready on port ${port}`,
  ];
  for (const [i, line] of lines.entries()) {
    console.log(`\u001b[36m${i + 1}/${lines.length}\u001b[0m ${line}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, async () => {
    console.log(`${signal}: good night`);
    // An open WebSocket would hold a graceful end up for ever.
    const timer = setTimeout(() => Deno.exit(0), 500);
    await server.shutdown();
    clearTimeout(timer);
    Deno.exit(0);
  });
}
