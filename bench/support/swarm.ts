/**
 * An audience of thousands, in a process of its own on the core of the load, that proves what it gets: see `record.ts`.
 *
 *     await using swarm = await startSwarm();
 *     const viewers = await swarm.open({ port, path, transport: "sse", count: 1_000, bearers: [token] }, printer);
 *     const { printed, seen } = await viewers.follow(printer, { lines: 2_000 });
 */
import type { Answer, Command, Opened, OpenOptions, Seen } from "./swarm/commands.ts";
import type { Print, Printed, Printer } from "./printer_app.ts";
import { LOAD_CORE, pinned } from "./process.ts";

export type { Opened, OpenOptions, Seen };

/** `bearers`: one for all, or one for each; none where nobody is asked. */
export type Asking = Omit<OpenOptions, "mark"> & { readonly bearers?: readonly string[] };

export interface Swarm extends AsyncDisposable {
  /**
   * Opens the streams; has the printer print the mark once all are there, and waits until all have seen it.
   * @throws where a stream is refused
   */
  open(options: Asking, printer: Printer): Promise<Viewers>;
  /** Processor seconds of the load so far are in its `/proc`. */
  readonly pid: number;
}

export interface Viewers {
  /** How the opening went. */
  readonly opened: Opened;
  /**
   * Has lines printed and waits until every viewer has every one of them.
   * @param ms to wait for them, 60 s unless told
   * @throws where one of them misses a line, or got another than the others
   */
  follow(printer: Printer, what: Print, ms?: number): Promise<{ printed: Printed; seen: Seen }>;
  /** Counts anew, and `complete` will wait for so many lines more. */
  arm(lines: number): Promise<void>;
  /** Resolves when all are complete, or the time is over: look at `complete`. @throws where the proof fails */
  complete(ms: number): Promise<Seen>;
  seen(): Promise<Seen>;
  /** Reads nothing more until `go`. */
  stall(): Promise<void>;
  go(): Promise<void>;
  /** Hangs up, all at once. */
  leave(): Promise<void>;
  /** After `leave`, or where the server has ended: all come again, each with its cursor. */
  reopen(bearers: readonly string[]): Promise<Opened>;
}

export async function startSwarm(flags: readonly string[] = []): Promise<Swarm> {
  const script = new URL("swarm/process.ts", import.meta.url).pathname;
  const [command, ...args] = pinned(LOAD_CORE, [Deno.execPath(), "run", "-A", ...flags, script]);
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const encoder = new TextEncoder();
  /** What is asked, by its number; the process says by itself, as number 0, that it is there. */
  const ready = Promise.withResolvers<unknown>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>([[0, ready]]);
  let asked = 0;
  let audiences = 0;

  void (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const answer = JSON.parse(line) as Answer;
        if ("error" in answer) waiting.get(answer.re)?.reject(new Error(answer.error));
        else waiting.get(answer.re)?.resolve(answer.ok);
        waiting.delete(answer.re);
      }
    }
    for (const { reject } of waiting.values()) reject(new Error("The swarm has ended"));
  })();

  await ready.promise;

  async function ask<T>(command: Command): Promise<T> {
    const re = ++asked;
    const answered = Promise.withResolvers<unknown>();
    waiting.set(re, answered);
    await input.write(encoder.encode(JSON.stringify({ re, ...command }) + "\n"));
    return await answered.promise as T;
  }

  function viewers(audience: string, opened: Opened, of: string): Viewers {
    const self: Viewers = {
      opened,
      async follow(printer, what, ms = 60_000) {
        await self.arm("lines" in what ? what.lines : "rate" in what ? what.rate * what.seconds : 0);
        const completed = self.complete(ms);
        const [printed, seen] = await Promise.all([printer.print(what), completed]);
        if (seen.complete < seen.viewers) {
          throw new Error(`Not all viewers were told all, ${of}: ${JSON.stringify(seen)}`);
        }
        return { printed, seen };
      },
      arm: (lines) => ask({ type: "arm", audience, lines }),
      complete: async (ms) => proven(of, await ask({ type: "complete", audience, ms })),
      seen: async () => proven(of, await ask({ type: "seen", audience })),
      stall: () => ask({ type: "stall", audience }),
      go: () => ask({ type: "go", audience }),
      leave: () => ask({ type: "leave", audience }),
      reopen: async (bearers) => allOpen(await ask({ type: "reopen", audience, bearers })),
    };
    return self;
  }

  return {
    pid: child.pid,
    async open({ bearers = [], ...options }, printer) {
      const audience = String(++audiences);
      const of = `${options.transport} of ${options.path} at ${options.port}`;
      const mark = crypto.randomUUID();
      const opened = allOpen(
        await ask<Opened>({ type: "open", audience, options: { ...options, mark }, bearers }),
      );
      await printer.print({ text: `mark ${mark}` });
      const seen = proven(of, await ask<Seen>({ type: "marked", audience, ms: 30_000 }));
      if (seen.marked < options.count) {
        throw new Error(`Not all have seen the mark, ${of}: ${JSON.stringify(seen)}`);
      }
      return viewers(audience, opened, of);
    },
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      await child.status;
    },
  };
}

function allOpen(opened: Opened): Opened {
  if (opened.failures.length > 0) throw new Error(`Streams were refused: ${opened.failures.join("; ")}`);
  return opened;
}

function proven<T extends Seen>(of: string, seen: T): T {
  if (seen.problems.length > 0) throw new Error(`The proof failed, ${of}: ${seen.problems.join("\n")}`);
  return seen;
}
