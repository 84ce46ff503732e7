/**
 * Development only: reloads the page once the server has come back newer than it was.
 */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

let revision: number | null = null;

function connect(wait: number): void {
  const base = /^(.*)\/_fresh\/js\//.exec(new URL(import.meta.url).pathname)?.[1] ?? "";
  const url = new URL(`${base}/_frsh/alive`, location.origin);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  let next = wait;
  socket.onopen = () => next = FIRST_WAIT_MS;
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type !== "initial-state") return;
    if (revision !== null && message.revision > revision) location.reload();
    revision = message.revision;
  };
  socket.onclose = () => setTimeout(() => connect(Math.min(next * 2, LONGEST_WAIT_MS)), next);
}

connect(FIRST_WAIT_MS);
