/** A server process of a fixture project. */
export interface RunningServer extends AsyncDisposable {
  base: string;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Runs `deno` with `args` in `cwd` to its end. */
export async function runDeno(
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`deno ${args.join(" ")} ended with ${code}\n${text}`);
  return text;
}

/** Starts `deno` with `args` and waits until `path` answers; the end of the block ends it. */
export async function startDeno(
  args: string[],
  { cwd, port, path = "/", env = {} }: {
    cwd: string;
    port: number;
    path?: string;
    env?: Record<string, string>;
  },
): Promise<RunningServer> {
  const base = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), { args, cwd, env, stdout: "null", stderr: "null" }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
  };
  const ended = child.status.then(({ code }) => Promise.reject(new Error(`the server ended with ${code}`)));
  ended.catch(() => {});
  try {
    await Promise.race([untilUp(base + path), ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { base, [Symbol.asyncDispose]: stop };
}

async function untilUp(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}
