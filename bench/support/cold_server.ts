/** One start of the production build, timed from the spawn to the last byte of its first answer. */
import { buildForProduction } from "../../production_build.ts";
import { createAnswerReader } from "./http_answer.ts";
import { freePort, pinned, SERVER_CORE } from "./process.ts";

export const ROOT = new URL("../../", import.meta.url).pathname;

export interface ColdStart {
  /** What `deno serve` is to run: the built server, or another module. */
  readonly module: string;
  readonly dataDir: string;
  /** What is asked for first. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where compiled code is kept between starts; the machine's own unless told. */
  readonly denoDir?: string;
}

export interface ColdServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Milliseconds from the spawn until the port was open, and until the answer was there. */
  readonly open: number;
  readonly answered: number;
  /** Milliseconds of processor time of its threads until then, as far as they still live. */
  readonly cpu: number;
  readonly status: number;
  readonly body: string;
  /** What it has printed. */
  output(): Promise<string>;
  /** Resolves when it has ended. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** @returns the built server; its folder is removed when this process ends */
export async function buildServer(): Promise<string> {
  const outDir = await Deno.makeTempDir({ prefix: "wakelight-built-" });
  addEventListener("unload", () => Deno.removeSync(outDir, { recursive: true }));
  await buildForProduction({ root: ROOT, outDir });
  return `${outDir}/server.js`;
}

/** Milliseconds for which an answer is awaited. */
const PATIENCE = 20_000;

/** With one worker, on the core of the server. @throws where it does not answer */
export async function startCold({ module, dataDir, path, headers, denoDir }: ColdStart): Promise<ColdServer> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = `${dataDir}/output-${port}.log`;
  const serve = ["serve", "--parallel", "-A", "--host", "127.0.0.1", "--port", String(port), module];
  const command = pinned(SERVER_CORE, [Deno.execPath(), ...serve]);
  const begun = performance.now();
  const child = new Deno.Command("sh", {
    args: ["-c", `log=$1; shift; exec "$@" >"$log" 2>&1`, "sh", log, ...command],
    cwd: ROOT,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      ...(denoDir ?? Deno.env.get("DENO_DIR") ? { DENO_DIR: denoDir ?? Deno.env.get("DENO_DIR")! } : {}),
      DATA_DIR: dataDir,
      PORT: String(port),
      PUBLIC_URL: url,
      PREVIEW_DOMAIN: `localhost:${port}`,
      TICKET_SECRET: "a secret of thirty-two characters, or more",
      DENO_JOBS: "1",
      DENO_USE_WRITEV: "1",
    },
    stdin: "null",
  }).spawn();
  const output = () => Deno.readTextFile(log);
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    await child.status;
  };
  try {
    const connection = await connect(port, begun + PATIENCE);
    const open = performance.now() - begun;
    const { status, body } = await ask(connection, port, path, headers ?? {});
    const answered = performance.now() - begun;
    return { url, port, dataDir, open, answered, cpu: cpuMs(child.pid), status, body, output, end };
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`No answer: ${await output()}`, { cause: error });
  }
}

async function connect(port: number, until: number): Promise<Deno.TcpConn> {
  for (;;) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused) || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

async function ask(
  connection: Deno.TcpConn,
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; body: string }> {
  using _ = connection;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines}\r\n`;
  await connection.write(new TextEncoder().encode(request));
  let status = 0;
  let body = "";
  let ended = false;
  const decoder = new TextDecoder();
  const reader = createAnswerReader({
    head: (is) => status = is,
    body: (bytes) => body += decoder.decode(bytes, { stream: true }),
    ended: () => ended = true,
  });
  const buffer = new Uint8Array(65_536);
  while (!ended) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("The server closed the connection within its answer");
    reader.feed(buffer, length);
  }
  return { status, body };
}

/** Finer than `cpuSeconds`, whose ticks are 10 ms. */
function cpuMs(pid: number): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const [nanoseconds] = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ");
    sum += Number(nanoseconds) / 1e6;
  }
  return sum;
}
