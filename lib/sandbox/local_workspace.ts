/** A folder of this machine as a workspace. */
import type { Command, Exit, Served, Workspace } from "./sandbox.ts";
import { readFileInside, writeFileInside } from "./files.ts";
import { reservePort, whoAnswers } from "./ports.ts";
import { type Process, startProcess } from "./process.ts";

/** What a command that ran out of time, or was called off, gets between TERM and KILL. */
const GRACE_MS = 2_000;
const SERVED_GRACE_MS = 3_000;

export interface LocalWorkspaceOptions {
  /** Real path of the workspace. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly portsFolder: string;
  readonly now: () => number;
}

export function localWorkspace({ folder, env, portsFolder, now }: LocalWorkspaceOptions): Workspace {
  async function start(command: Command, added: Record<string, string> = {}): Promise<Process> {
    const argv = typeof command.command === "string" ? ["sh", "-c", command.command] : command.command;
    const process = await startProcess({
      argv,
      folder,
      env: { ...env, ...command.env, ...added },
      output: command.output,
    });
    const { signal } = command;
    const callOff = () => process.end(GRACE_MS);
    signal?.addEventListener("abort", callOff);
    void process.ended.catch(() => {}).finally(() => signal?.removeEventListener("abort", callOff));
    if (signal?.aborted) callOff();
    return process;
  }

  return {
    readFile: (path) => readFileInside(folder, path),
    writeFile: (path, text) => writeFileInside(folder, path, text),

    async run(command) {
      const process = await start(command);
      if (command.timeout === undefined) return await process.ended;
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        process.end(GRACE_MS);
      }, command.timeout);
      try {
        return { ...await process.ended, timedOut };
      } finally {
        clearTimeout(timer);
      }
    },

    async serve(command): Promise<Served> {
      const { port, release } = await reservePort(portsFolder, now);
      let host = "127.0.0.1";
      const process = await start(command, { PORT: String(port) }).catch(async (error) => {
        await release();
        throw error;
      });
      const stopped: Promise<Exit> = process.ended.finally(release);
      return {
        get url() {
          return `http://${host}:${port}`;
        },
        stopped,
        async answers() {
          const answering = await whoAnswers(port);
          if (answering !== null) host = answering;
          return answering !== null;
        },
        stop(graceMs = SERVED_GRACE_MS) {
          process.end(graceMs);
          return stopped;
        },
      };
    },
  };
}
