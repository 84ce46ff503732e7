/** Baselines that are programs of ours: each has the printer, fans its lines out by itself, and has the server's core. */
import { printerAt } from "../support/printer_app.ts";
import { cpuSeconds } from "../support/process.ts";
import { pinToServer, startProgram, type Subject } from "../support/subject.ts";

/** @param script of this folder; prints `{port, printer}` when it serves, and ends with its input */
export async function startSourced(
  name: string,
  script: string,
  args: readonly string[] = [],
): Promise<Subject> {
  const { pid, ready, end } = await startProgram<{ port: number; printer: number }>(
    new URL(script, import.meta.url),
    args,
  );
  await pinToServer(pid);
  return {
    name,
    port: ready.port,
    path: "/events",
    bearers: [],
    cursors: "any",
    printer: printerAt(ready.printer),
    pid,
    cpuSeconds: () => cpuSeconds(pid),
    [Symbol.asyncDispose]: end,
  };
}
