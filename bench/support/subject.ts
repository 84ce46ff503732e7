/** Anything whose fan-out is measured: ours, or a baseline. All of them print with the same printer, and are watched alike. */
import { pin, SERVER_CORE } from "./process.ts";
import { createPrinterApp, type Printer } from "./printer_app.ts";
import type { BenchServer } from "./server.ts";
import type { OpenOptions, Swarm, Viewers } from "./swarm.ts";

export interface Subject extends AsyncDisposable {
  /** For tables. */
  readonly name: string;
  /** Of the process that fans out. */
  readonly pid: number;
  readonly port: number;
  readonly path: string;
  readonly bearers: readonly string[];
  readonly cursors: "ours" | "any";
  readonly printer: Printer;
  /** Seconds of processor time of the process that fans out. */
  cpuSeconds(): number;
}

/** Wakelight itself, with a printer app in it. The server is not stopped with the subject. */
export async function wakelight(server: BenchServer): Promise<Subject> {
  const app = await createPrinterApp(server, `Printer ${crypto.randomUUID().slice(0, 4)}`);
  return {
    name: "Wakelight",
    pid: server.pid,
    port: server.port,
    path: `/api/apps/${app.id}/events`,
    bearers: [server.apiToken],
    cursors: "ours",
    printer: app,
    cpuSeconds: () => server.cpuSeconds(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Opens an audience for it. */
export async function watch(
  swarm: Swarm,
  subject: Subject,
  options: Pick<OpenOptions, "transport" | "count" | "sample">,
): Promise<Viewers> {
  const { port, path, bearers, cursors, printer } = subject;
  return await swarm.open({ port, path, bearers, cursors, ...options }, printer);
}

/**
 * Starts a program of `bench/baselines` that prints one line of JSON when it is ready, and ends with its input.
 * It is started without a core of its own; see `pin`.
 */
export async function startProgram<T>(
  script: URL,
  args: readonly string[],
): Promise<{ pid: number; ready: T; end(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script.pathname, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${script.pathname} has ended: ${text}`);
    text += value;
  }
  return {
    pid: child.pid,
    ready: JSON.parse(text),
    async end() {
      await child.stdin.close().catch(() => {});
      await child.status;
      await reader.cancel();
    },
  };
}

export const pinToServer = (pid: number): Promise<void> => pin(pid, SERVER_CORE);
