/** One command with its whole tree: started, listened to, ended. */
import type { Command, Exit } from "./sandbox.ts";
import { MARK, spawnGuardian } from "./guardian.ts";
import { pump } from "./pump.ts";

/** How long a pipe may stay silent once the tree is gone: see `Pump.giveUpAfter`. */
const SILENCE_MS = 500;

/**
 * The command waits for a line before it becomes itself, and by then its guardian knows it: a server killed at any
 * moment in between leaves nothing behind.
 */
const START = 'read -r go && exec "$@" </dev/null';

export interface Start {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly output: Command["output"];
}

export interface Process {
  /** Resolves when the tree is gone and both pipes are read. Rejects with what `output` threw, after the same. */
  readonly ended: Promise<Exit>;
  /** TERM to the whole tree, KILL after `graceMs`. May be called again, with less patience. */
  end(graceMs: number): void;
}

/** @throws where the folder is gone or no process can be made */
export async function startProcess(start: Start): Promise<Process> {
  const mark = `${start.folder}:${crypto.randomUUID()}`;
  const guardian = spawnGuardian(mark);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("sh", {
      args: ["-c", START, "wakelight-start", ...start.argv],
      cwd: start.folder,
      clearEnv: true,
      env: { ...start.env, [MARK]: mark },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    await guardian.kill();
    throw error;
  }

  let ending = false;
  let over = false;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  function end(graceMs: number): void {
    if (over) return;
    if (!ending) void guardian.terminate();
    ending = true;
    timers.add(setTimeout(() => void guardian.kill(), graceMs));
  }

  const endNow = () => end(0);
  const pumps = [
    pump(child.stdout, "stdout", start.output, endNow),
    pump(child.stderr, "stderr", start.output, endNow),
  ];
  const read = Promise.allSettled(pumps.map(({ done }) => done));

  async function wait(): Promise<Exit> {
    const status = await child.status;
    // A tree that was asked to end may use its grace even when its leader is quick. When both pipes are read, it did.
    if (ending) await Promise.race([read, guardian.killed]);
    over = true;
    await guardian.kill();
    for (const timer of timers) clearTimeout(timer);
    for (const pump of pumps) pump.giveUpAfter(SILENCE_MS);
    for (const result of await read) {
      if (result.status === "rejected") throw result.reason;
    }
    return status.signal === null
      ? { exitCode: status.code, signal: null, timedOut: false }
      : { exitCode: null, signal: status.signal, timedOut: false };
  }
  const ended = wait();

  const pipe = child.stdin.getWriter();
  try {
    await guardian.watch(child.pid);
    await pipe.write(new TextEncoder().encode("go\n"));
  } catch (error) {
    // Somebody ended one of the two in its first millisecond. Without the line the command never begins.
    await pipe.close().catch(() => {});
    await ended.catch(() => {});
    throw error;
  }
  await pipe.close().catch(() => {});
  return { ended, end };
}
