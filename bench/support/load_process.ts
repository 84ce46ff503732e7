/** Runs a program that loads a server in a process of its own, on the core of the load. */
import { LOAD_CORE, pinned } from "./process.ts";

/**
 * @param options what the program finds with `loadOptions`
 * @returns what it prints, which is JSON
 * @throws where it fails, with what it says
 */
export async function inLoadProcess<T>(script: string, options: unknown): Promise<T> {
  const [command, ...args] = pinned(LOAD_CORE, [Deno.execPath(), "run", "-A", script]);
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const input = ReadableStream.from([new TextEncoder().encode(JSON.stringify(options))]);
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), input.pipeTo(child.stdin)]);
  if (!success) throw new Error(`The load failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** In the program: what it is to do. */
export const loadOptions = async <T>(): Promise<T> => await new Response(Deno.stdin.readable).json();
