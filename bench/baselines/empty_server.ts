/**
 * The least that `Deno.serve` can do: a handler that answers at once, with nothing. What a status costs is held against it.
 *
 *     await using empty = await startEmptyServer();
 */
import { cpuSeconds } from "../support/process.ts";
import { pinToServer, startProgram } from "../support/subject.ts";

export interface EmptyServer extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Seconds of processor time of its process. */
  cpuSeconds(): number;
}

/** In a process of its own, on the core of the server. */
export async function startEmptyServer(): Promise<EmptyServer> {
  const { pid, ready, end } = await startProgram<{ port: number }>(new URL(import.meta.url), []);
  await pinToServer(pid);
  return { port: ready.port, cpuSeconds: () => cpuSeconds(pid), [Symbol.asyncDispose]: end };
}

if (import.meta.main) {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(JSON.stringify({ port })),
  }, () => new Response());
  // It ends with its input, also where whoever started it was killed.
  for await (const _ of Deno.stdin.readable);
  Deno.exit();
}
