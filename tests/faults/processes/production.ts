/** One process of production as `deno task start` runs it: the built server under `deno serve --parallel`. */
import { Builder } from "fresh/dev";
import { buildForProduction } from "../../../production_build.ts";
import type { Server } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const SECRET = "a secret of thirty-two characters, or more";

/**
 * Runs a command in the background, prints its pid, and ends as it ends. Its standard input is the leash: a test process
 * that is killed cannot stop its servers, but its pipes end with it.
 */
const LEASH = `
log=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >>"$log" 2>&1 & pid=$!
(cat <&3 >/dev/null; kill -9 $pid) 2>/dev/null & leash=$!
echo $pid
wait $pid; status=$?
kill $leash
exit $status
`;

export interface StartOptions {
  /** 1 unless told. */
  readonly workers?: number;
  /** A module, by its address or beside this file, that is served instead of the built server; it finds that in `BUILT`. */
  readonly entry?: string;
  /** The built server runs from its sources, whose modules the entry can share; in production they are bundled. */
  readonly fromSources?: boolean;
  /** Options for V8. */
  readonly v8Flags?: string;
  readonly env?: Record<string, string>;
}

export interface ProductionServer extends Server {
  readonly pid: number;
  /** The status that the last process ended with. */
  readonly exitCode: number | null;
  /** Resolves when the process has ended. */
  ended(): Promise<number>;
}

const building = new Map<boolean, Promise<string>>();

/** Built once for all tests of a run; removed when that ends. */
function built(fromSources: boolean): Promise<string> {
  let server = building.get(fromSources);
  if (!server) building.set(fromSources, server = build(fromSources));
  return server;
}

async function build(fromSources: boolean): Promise<string> {
  const outDir = await Deno.makeTempDir({ prefix: "wakelight-built-" });
  addEventListener("unload", () => Deno.removeSync(outDir, { recursive: true }));
  const options = { root: ROOT, outDir };
  await (fromSources ? new Builder(options).build() : buildForProduction(options));
  return `${outDir}/server.js`;
}

let begun = 0;

/** Resolves when it is ready. */
export async function startProduction(
  dataDir: string,
  options: StartOptions = {},
): Promise<ProductionServer> {
  const { workers = 1, entry, fromSources = false, v8Flags, env = {} } = options;
  const server = await built(fromSources);
  const port = freePort();
  // Not `localhost`, which would be asked for on ::1 first.
  const url = `http://127.0.0.1:${port}`;
  const logFile = `${dataDir}/output-${++begun}.log`;
  await Deno.writeTextFile(logFile, "");
  const output = () => Deno.readTextFileSync(logFile);
  let current: { pid: number; status: Promise<number>; leash: WritableStream } | null = null;
  let exitCode: number | null = null;
  let signInLink = "";

  async function start(): Promise<void> {
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        LEASH,
        "sh",
        logFile,
        ...[Deno.execPath(), "serve", "--parallel", "-A", "--host", "127.0.0.1", "--port", String(port)],
        ...(v8Flags === undefined ? [] : [`--v8-flags=${v8Flags}`]),
        entry ? new URL(entry, import.meta.url).pathname : server,
      ],
      cwd: ROOT,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: Deno.env.get("HOME") ?? "",
        ...(Deno.env.has("DENO_DIR") ? { DENO_DIR: Deno.env.get("DENO_DIR")! } : {}),
        DATA_DIR: dataDir,
        PORT: String(port),
        PUBLIC_URL: url,
        PREVIEW_DOMAIN: `localhost:${port}`,
        TICKET_SECRET: SECRET,
        DENO_JOBS: String(workers),
        // All viewers of a test are one user at one address.
        STREAMS_PER_USER: "10000",
        STREAMS_PER_APP: "10000",
        STREAMS_PER_ADDRESS: "10000",
        BUILT: server,
        ...env,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    exitCode = null;
    const printed = output().length;
    const pid = Number(await firstLine(child.stdout));
    const status = child.status.then(({ code }) => exitCode = code);
    current = { pid, status, leash: child.stdin };
    await until("the server is ready", async () => {
      if (exitCode !== null) throw new Error(`it ended with ${exitCode}`);
      signInLink = /Sign in:\s+(\S+)\n/.exec(output().slice(printed))?.[1] ?? signInLink;
      const answer = await fetch(`${url}/readyz`);
      await answer.body?.cancel();
      // One worker may be ready while the one that prints the link still loads.
      return answer.ok && signInLink !== "";
    }, { within: 30_000, about: output });
  }

  async function ended(): Promise<number> {
    if (current === null) return exitCode!;
    const code = await current.status;
    // Closed last: the end of this pipe is an order to end.
    await current.leash.close().catch(() => {});
    current = null;
    return code;
  }

  async function stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number> {
    const from = performance.now();
    if (current !== null && exitCode === null) Deno.kill(current.pid, signal);
    await ended();
    return performance.now() - from;
  }

  await start();
  return {
    url,
    port,
    dataDir,
    start,
    ended,
    get pid() {
      return current!.pid;
    },
    get exitCode() {
      return exitCode;
    },
    get signInLink() {
      return signInLink;
    },
    get output() {
      return output();
    },
    stop,
    close: async () => void await stop(),
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value);
  }
  await reader.cancel();
  return text.trim();
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
