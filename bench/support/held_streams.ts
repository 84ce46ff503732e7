/**
 * Streams that are opened and then only held, by a process of its own on the core of the load: it asks, waits until each has
 * been answered, and reads on so that nothing waits for it, or reads nothing more.
 *
 *     await using held = await holdStreams({ port, count: 1_000, requests: [request] });
 */
import { Buffer } from "node:buffer";
import { LOAD_CORE, pinned } from "./process.ts";
import { openRawSockets, type Socket } from "./raw_sockets.ts";

export interface HoldStreams {
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly count: number;
  /** What they send, with its line breaks: one for all, or one for each. */
  readonly requests: readonly string[];
  /** What has to be in an answer before the next is opened; nothing is waited for where this is empty. */
  readonly until: string;
  /** From then on they read nothing. */
  readonly stall?: boolean;
}

const STDIN = 0;
/** Streams that are on their way at once. */
const AT_ONCE = 64;

/** Resolves when all are open; they end with what is returned. @throws where one ends, or none is answered for 10 s */
export async function holdStreams(hold: HoldStreams): Promise<AsyncDisposable> {
  const run = [Deno.execPath(), "run", "-A", import.meta.filename!];
  const [command, ...args] = pinned(LOAD_CORE, run);
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(hold) + "\n"));
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  await reader.cancel();
  if (done) throw new Error("Not all streams could be opened");
  return {
    async [Symbol.asyncDispose]() {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}

function work({ port, count, requests, until, stall = false }: HoldStreams): void {
  const sockets = openRawSockets();
  // Which ends with whoever started this.
  sockets.watch(STDIN);
  const buffer = new Uint8Array(65_536);
  const waiting = new Map<Socket, string>();
  let opened = 0;
  const read = (ms: number) => {
    let some = false;
    for (const socket of sockets.wait(ms)) {
      some = true;
      if (socket === STDIN) Deno.exit();
      const length = sockets.receive(socket, buffer);
      const text = waiting.get(socket);
      if (length === 0) throw new Error(`A stream has ended: ${text}`);
      if (text === undefined) continue;
      const now = text + Buffer.from(buffer.buffer, 0, length).toString("latin1");
      waiting.set(socket, now);
      if (!now.includes(until)) continue;
      waiting.delete(socket);
      if (stall) sockets.unwatch(socket);
    }
    return some;
  };
  while (opened < count || waiting.size > 0) {
    while (opened < count && waiting.size < AT_ONCE) {
      const socket = sockets.connect(port);
      sockets.send(socket, new TextEncoder().encode(requests[opened % requests.length]));
      if (until !== "") waiting.set(socket, "");
      opened++;
    }
    if (waiting.size > 0 && !read(10_000)) throw new Error(`${waiting.size} were not answered`);
  }
  console.log("open");
  for (;;) read(60_000);
}

/** The first line; more may never come. */
async function readLine(): Promise<string> {
  let line = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    line += text;
    if (line.endsWith("\n")) break;
  }
  return line;
}

if (import.meta.main) work(JSON.parse(await readLine()));
