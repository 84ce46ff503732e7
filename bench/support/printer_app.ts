/**
 * A preview app that prints lines on command: what a process in a sandbox says is the source of every fan-out figure.
 *
 *     const app = await createPrinterApp(server);
 *     await app.print({ lines: 2_000 });
 */
import { until } from "../../tests/support/until.ts";
import { LOAD_CORE, pinned } from "./process.ts";
import type { BenchServer } from "./server.ts";

/** So many lines at once; evenly; or one that says this. */
export type Print = { lines: number } | { rate: number; seconds: number } | { text: string };

/** Times are microseconds since 1970, of the process that prints. */
export interface Printed {
  readonly lines: number;
  readonly begun: number;
  readonly ended: number;
}

export interface Printer {
  /** Resolves when all is written. */
  print(what: Print): Promise<Printed>;
}

export interface PrinterApp extends Printer {
  readonly id: string;
  /** The port on which it listens itself, behind the preview proxy. */
  readonly port: number;
}

/** Builds the app, and resolves when it runs. It runs on the core of the load, since it is part of that. */
export async function createPrinterApp(server: BenchServer, name = "Printer"): Promise<PrinterApp> {
  const script = await Deno.readTextFile(new URL("printer.ts", import.meta.url));
  const run = ["deno", "run", "--no-lock", "--allow-net=127.0.0.1", "--allow-env=PORT", "printer.ts"];
  const app = await server.createApp({
    name,
    files: { "deno.json": "{}", "printer.ts": script },
    commands: { install: "true", start: `exec ${pinned(LOAD_CORE, run).join(" ")}` },
  });
  const built = await server.session.send("POST", `/api/apps/${app.id}/builds`, {});
  if (!built.ok) throw new Error(`Cannot build ${name}: ${built.status} ${await built.text()}`);
  await built.body?.cancel();
  await until(`${name} runs`, async () => (await app.status()).status === "running", {
    within: 60_000,
    about: async () => JSON.stringify(await app.status()) + (await app.log()).join("\n"),
  });
  const port = Number(/^printer at (\d+)$/m.exec((await app.log()).join("\n"))?.[1]);
  return { id: app.id, port, ...printerAt(port) };
}

/** The commands of a printer that listens on this port. */
export function printerAt(port: number): Printer {
  return {
    async print(what) {
      const query = new URLSearchParams(Object.entries(what).map(([name, value]) => [name, String(value)]));
      const answer = await fetch(`http://127.0.0.1:${port}/print?${query}`);
      if (!answer.ok) throw new Error(`The printer answered ${answer.status}: ${await answer.text()}`);
      return await answer.json();
    },
  };
}
