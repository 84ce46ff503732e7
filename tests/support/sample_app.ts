/** A small app for previews: it shows its message, echoes over WebSocket, and tells what headers reached it. */

const SERVER = `
const text = (await Deno.readTextFile("message.txt")).trim();
const page = \`<!doctype html><html lang="en"><title>Sample</title>
<h1>\${text}</h1><p>Echo: <output id="echo"></output></p>
<script>
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws");
  socket.onopen = () => socket.send("over and back");
  socket.onmessage = ({ data }) => document.getElementById("echo").textContent = data;
</script>\`;
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) }, (req) => {
  const { pathname } = new URL(req.url);
  if (pathname === "/headers") return Response.json(Object.fromEntries(req.headers));
  if (pathname === "/ws") {
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  }
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
});
`;

const TASKS = { tasks: { start: "deno run --allow-net --allow-env=PORT --allow-read=. main.ts" } };

export const sampleApp = (message: string): Record<string, string> => ({
  "deno.json": JSON.stringify(TASKS),
  "main.ts": SERVER,
  "message.txt": message,
});

/**
 * An install step that prints `step <n> of <run>` for n from 1 to `lines`, ten each second. `run` differs from one start
 * to the next, so a line that is shown twice cannot pass for another one.
 */
export const slowInstall = (lines: number): string =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo "step $i of run $$"; sleep 0.1; done`;
