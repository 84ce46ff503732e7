/** What tests of sandboxes and builds share: temporary folders, collected output, a look at living processes. */
import type { Command } from "../../lib/sandbox/sandbox.ts";

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "wakelight-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** An `output` that keeps what was said. */
export function collect(): { output: Command["output"]; stdout(): string; stderr(): string } {
  const said = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return {
    output: (stream, bytes) => {
      said[stream] += decoders[stream].decode(bytes, { stream: true });
    },
    stdout: () => said.stdout,
    stderr: () => said.stderr,
  };
}

/** Pids of processes whose environment holds `text`. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.includes(text)) found.push(Number(name));
  }
  return found;
}

/** Resolves with the first value that passes; throws with the last one when `ms` are over. */
export async function until<T>(
  look: () => Promise<T> | T,
  passes: (value: T) => boolean,
  ms = 5_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  while (true) {
    const value = await look();
    if (passes(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(value)} after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
