/** What this project began with, measured beside it: see `seed_process.ts`. */
import { printerAt } from "../support/printer_app.ts";
import { cpuSeconds } from "../support/process.ts";
import { pinToServer, startProgram, type Subject } from "../support/subject.ts";

/** @param encoded how often an event is encoded: `once` unless told, which is the harder one to compare with */
export async function startSeed(encoded: "once" | "each" = "once"): Promise<Subject> {
  const program = await startProgram<{ port: number; printer: number }>(
    new URL("seed_process.ts", import.meta.url),
    [encoded],
  );
  await pinToServer(program.pid);
  return {
    name: encoded === "once" ? "seed technique" : "seed technique, encoding for each",
    port: program.ready.port,
    path: "/events",
    bearers: [],
    cursors: "any",
    printer: printerAt(program.ready.printer),
    pid: program.pid,
    cpuSeconds: () => cpuSeconds(program.pid),
    [Symbol.asyncDispose]: () => program.end(),
  };
}
