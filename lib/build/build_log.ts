/** From a command's bytes to the lines of the log: read, masked, dated, and handed on one after the other. */
import type { BuildSink, LogLine } from "../preview/runner.ts";
import { afterIo } from "../next_turn.ts";
import type { Command } from "../sandbox/sandbox.ts";
import { withoutColour } from "./colour.ts";
import { createLineReader, type RawLine } from "./lines.ts";
import type { Masker } from "./mask.ts";
import { createTail } from "./tail.ts";

export interface BuildLog {
  /** A line of Wakelight's own. */
  say(message: string): Promise<void>;
  /** What one command says. */
  listen(source: LogLine["source"]): Listener;
}

export interface Listener {
  /** For `Command.output`: takes the next bytes only when the sink took the lines before. Rejects as the sink does. */
  readonly output: Command["output"];
  /** To be called when the command has ended: hands on a last line without a line end. */
  end(): Promise<void>;
  /** The last lines, masked and without colours. */
  tail(): string[];
}

/** Lines after which others get their turn: a command that floods its log must not hold up other apps. */
const LINES_PER_TURN = 512;
/** How much of a command's last words is told with its failure. */
const TAIL_LINES = 20;

export function createBuildLog(sink: BuildSink, masker: Masker, now: () => number): BuildLog {
  // stdout and stderr are read at the same time, but the log has one order.
  let queue = Promise.resolve();

  const hand = (lines: readonly LogLine[]): Promise<void> => queue = queue.then(() => sink.write(lines));

  return {
    say: (message) =>
      hand([{ source: "build", stream: "stdout", message: masker.text(message), timestamp: now() }]),

    listen(source) {
      const readers = { stdout: createLineReader(), stderr: createLineReader() };
      const tail = createTail(TAIL_LINES);

      async function handAll(stream: "stdout" | "stderr", raws: readonly RawLine[]): Promise<void> {
        for (let from = 0; from < raws.length; from += LINES_PER_TURN) {
          if (from > 0) await afterIo();
          const messages = masker.lines(raws.slice(from, from + LINES_PER_TURN));
          for (const message of messages.slice(-TAIL_LINES)) tail.push(withoutColour(message));
          const timestamp = now();
          await hand(messages.map((message) => ({ source, stream, message, timestamp })));
        }
      }

      return {
        output: (stream, bytes) => handAll(stream, readers[stream].push(bytes)),
        async end() {
          await handAll("stdout", readers.stdout.end());
          await handAll("stderr", readers.stderr.end());
        },
        tail: () => tail.lines(),
      };
    },
  };
}
