/**
 * The process that watches: takes commands on its standard input, answers on its output, and ends with its input. One loop
 * over all sockets and the input; nothing of it waits for anything else.
 */
import { openRawSockets } from "../raw_sockets.ts";
import { Audience } from "./audience.ts";
import type { Answer, Command } from "./commands.ts";
import { StreamRecord } from "./record.ts";

const INPUT = 0;
/** Milliseconds until the next look at what is waited for, where nothing happens. */
const LOOK = 5;
/** Milliseconds between two signs of life of one viewer, and parts into which all of them are divided. */
const SIGN_EVERY = 10_000, TURNS = 200;

/** Something that a command waits for. */
interface Waiting {
  readonly re: number;
  readonly audience: Audience;
  /** Of `performance.now`. */
  readonly until: number;
  /** Undefined where it has not come yet. */
  readonly answer: (timeIsOver: boolean) => unknown;
}

const sockets = openRawSockets();
const audiences = new Map<string, Audience>();
const records = new Map<string, StreamRecord>();
let waiting: Waiting[] = [];

const say = (answer: Answer) => console.log(JSON.stringify(answer));

function perform(re: number, command: Command): void {
  const audience = command.type === "open" ? gather(command) : audiences.get(command.audience);
  if (audience === undefined) throw new Error(`No audience ${command.audience}`);
  const wait = (ms: number, answer: Waiting["answer"]) =>
    waiting.push({ re, audience, until: performance.now() + ms, answer });
  switch (command.type) {
    case "open":
    case "reopen":
      audience.open(command.bearers);
      return void wait(Infinity, () => audience.opened ?? undefined);
    case "marked":
      return void wait(command.ms, (over) => {
        const all = audience.seen().viewers;
        return over || audience.marked === all || audience.problems.length > 0 ? audience.seen() : undefined;
      });
    case "complete":
      return void wait(command.ms, (over) => {
        return over || audience.complete || audience.problems.length > 0 ? audience.seen() : undefined;
      });
    case "arm":
      audience.arm(command.lines);
      return say({ re, ok: null });
    default:
      return say({ re, ok: audience[command.type]() ?? null });
  }
}

function gather({ audience: name, options }: Command & { type: "open" }): Audience {
  const key = `${options.transport} ${options.port} ${options.channel ?? options.path}`;
  const record = records.get(key) ?? new StreamRecord(options.transport, options.cursors ?? "ours");
  records.set(key, record);
  const audience = new Audience(sockets, options, record);
  audiences.set(name, audience);
  return audience;
}

function lookAtWaiting(): void {
  if (waiting.length === 0) return;
  const now = performance.now();
  waiting = waiting.filter(({ re, until, answer }) => {
    const ok = answer(now >= until);
    if (ok !== undefined) say({ re, ok });
    return ok === undefined;
  });
}

const decoder = new TextDecoder();
const input = new Uint8Array(65_536);
let rest = "";

/** False at the input's end. */
function readInput(): boolean {
  const length = Deno.stdin.readSync(input);
  if (length === null) return false;
  const lines = (rest + decoder.decode(input.subarray(0, length), { stream: true })).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const { re, ...command } = JSON.parse(line);
    try {
      perform(re, command);
    } catch (error) {
      say({ re, error: error instanceof Error ? error.stack ?? error.message : String(error) });
    }
  }
  return true;
}

function takeFrom(socket: number): void {
  for (const audience of audiences.values()) if (audience.takes(socket)) return;
}

const begun = performance.now();
let turn = 0;

function giveSigns(): void {
  for (const due = (performance.now() - begun) / SIGN_EVERY * TURNS; turn < due; turn++) {
    for (const audience of audiences.values()) audience.signsOfLife(turn, TURNS);
  }
}

sockets.watch(INPUT);
say({ re: 0, ok: null });
for (let going = true; going;) {
  for (const socket of sockets.wait(LOOK)) {
    if (socket === INPUT) going = readInput();
    else takeFrom(socket);
  }
  lookAtWaiting();
  giveSigns();
}
Deno.exit();
