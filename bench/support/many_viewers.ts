/**
 * Viewers of thousands of apps, in a process of its own on the core of the load. Each event of each stream is taken apart and
 * held against the one before it, since no two viewers but those of one app are told the same.
 *
 *     await using viewers = startManyViewers(port, token);
 *     await viewers.open(["/api/apps/a/events", "/api/apps/b/events"]);
 *     const latency = await viewers.complete(lines, ms);
 */
import { createAnswerReader } from "./http_answer.ts";
import { LOAD_CORE, pinned } from "./process.ts";
import { openRawSockets, type Socket } from "./raw_sockets.ts";
import { type Percentiles, percentiles } from "./stats.ts";
import { streamRequest } from "./stream_request.ts";
import { type Check, checkEvent, START } from "./swarm/check.ts";
import type { Decoder } from "./swarm/http_chunks.ts";
import { parseSse } from "./swarm/record.ts";

export interface ManyViewers extends AsyncDisposable {
  /** One viewer for each of these; resolves when all have been told something. */
  open(paths: readonly string[]): Promise<void>;
  /**
   * Resolves when so many lines have come since the last call, of all viewers together: milliseconds from when they were
   * written. @throws where an event is not the one that has to follow, or they do not come in time
   */
  complete(lines: number, ms: number): Promise<Percentiles>;
}

type Command =
  | { readonly type: "open"; readonly paths: readonly string[] }
  | { readonly type: "complete"; readonly lines: number; readonly ms: number };

export function startManyViewers(port: number, token: string): ManyViewers {
  const run = [Deno.execPath(), "run", "-A", import.meta.filename!, String(port), token];
  const [command, ...args] = pinned(LOAD_CORE, run);
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const ask = async <T>(command: Command): Promise<T> => {
    await writer.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { done, value } = await lines.read();
      if (done) throw new Error("The viewers have ended");
      answer += value;
    }
    return JSON.parse(answer);
  };
  return {
    open: (paths) => ask({ type: "open", paths }),
    complete: (lines, ms) => ask({ type: "complete", lines, ms }),
    async [Symbol.asyncDispose]() {
      await writer.close().catch(() => {});
      await child.status;
      await lines.cancel();
    },
  };
}

const INPUT = 0;
/** Streams that are on their way at once. */
const AT_ONCE = 64;
const END = "\n\n";
/** Milliseconds; the call takes no endless ones. */
const LONGEST_WAIT = 1_000;

function work(port: number, token: string): void {
  const sockets = openRawSockets();
  const buffer = new Uint8Array(65_536);
  const viewers = new Map<Socket, Decoder>();
  let told = 0;
  let lines = 0;
  let latencies: number[] = [];

  function open(path: string): void {
    const socket = sockets.connect(port);
    const decoder = new TextDecoder();
    let check: Check = START;
    let rest = "";
    let silent = true;
    viewers.set(
      socket,
      createAnswerReader({
        head(status) {
          if (status !== 200) throw new Error(`${path} was answered with ${status}`);
        },
        body(bytes) {
          const events = (rest + decoder.decode(bytes, { stream: true })).split(END);
          rest = events.pop()!;
          for (const event of events) {
            if (!event.startsWith("id:") && !event.startsWith("event:")) continue;
            const now = (performance.timeOrigin + performance.now()) * 1000;
            check = checkEvent(check, parseSse(event), "ours");
            if (check.time === 0) continue;
            lines++;
            latencies.push((now - check.time) / 1000);
          }
          if (silent && check !== START) told++;
          silent = silent && check === START;
        },
        ended() {
          throw new Error(`${path} has ended`);
        },
      }),
    );
    sockets.send(socket, new TextEncoder().encode(streamRequest(path, "sse", token)));
  }

  /** Reads for so long, or until it is done. @returns false at the input's end */
  function read(until: number, done: () => boolean): boolean {
    while (!done()) {
      const left = until - performance.now();
      if (left <= 0) throw new Error(`Not in time: ${told} of ${viewers.size} are told, ${lines} lines came`);
      for (const socket of sockets.wait(Math.min(left, LONGEST_WAIT))) {
        if (socket === INPUT) return false;
        const length = sockets.receive(socket, buffer);
        if (length === 0) throw new Error("The server closed a connection");
        viewers.get(socket)!.feed(buffer, length);
      }
    }
    return true;
  }

  function perform(command: Command): unknown {
    if (command.type === "open") {
      for (const path of command.paths) {
        open(path);
        read(performance.now() + 60_000, () => viewers.size - told < AT_ONCE);
      }
      read(performance.now() + 60_000, () => told === viewers.size);
      return null;
    }
    read(performance.now() + command.ms, () => lines >= command.lines);
    // One too many would be twice the same.
    if (lines > command.lines) throw new Error(`${lines} lines came, and not ${command.lines}`);
    const latency = percentiles(latencies);
    lines = 0;
    latencies = [];
    return latency;
  }

  sockets.watch(INPUT);
  let text = "";
  const input = new Uint8Array(65_536);
  for (;;) {
    // What comes between two commands is counted with the next one.
    read(Infinity, () => false);
    const length = Deno.stdin.readSync(input);
    if (length === null) return;
    text += new TextDecoder().decode(input.subarray(0, length));
    if (!text.endsWith("\n")) continue;
    console.log(JSON.stringify(perform(JSON.parse(text))));
    text = "";
  }
}

if (import.meta.main) work(Number(Deno.args[0]), Deno.args[1]);
