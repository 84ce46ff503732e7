/** A real Wakelight in a process of its own, on a free port, with a data folder that nobody else knows. */
import { killAllOf, processesOf } from "./processes.ts";
import { until } from "./until.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Two of them: what `deno task dev` runs, with a demo app, and the production build without one. */
const ENTRIES = { dev: "dev.ts", production: "tests/support/production.ts" } as const;

export interface ServerOptions {
  readonly entry?: keyof typeof ENTRIES;
  /** Milliseconds without requests after which previews sleep. */
  readonly sleepAfter?: number;
  /** KiB that any file of it may grow to: what lies beyond fails, as it does on a full disk. */
  readonly fileLimit?: number;
}

export interface Server {
  /** `http://localhost:<port>`; the same after a restart. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** The link that the last start printed. */
  readonly signInLink: string;
  /** All that was printed so far, by every start. */
  readonly output: string;
  /** Ends the process and waits until it is gone. @returns how long that took, in milliseconds */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<number>;
  /** Starts again, on the same data and port; without the limit of files. */
  start(): Promise<void>;
  /** Ends it, removes its data. @throws if a process of it is still there: what was built or served must end with it */
  close(): Promise<void>;
}

/** Resolves when it serves. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { entry = "production", sleepAfter, fileLimit } = options;
  const dataDir = await Deno.makeTempDir({ prefix: "wakelight-e2e-" });
  const port = freePort();
  const url = `http://localhost:${port}`;
  const logFile = `${dataDir}/output.log`;
  const output = () => Deno.readTextFileSync(logFile);
  let signInLink = "";
  let running: Running | null = null;

  async function start(fileLimit?: number): Promise<void> {
    await Deno.writeTextFile(logFile, "", { append: true });
    const printed = output().length;
    running = spawn(
      ENTRIES[entry],
      {
        DATA_DIR: dataDir,
        PORT: String(port),
        // All viewers of a test are one user at one address.
        STREAMS_PER_USER: "10000",
        STREAMS_PER_ADDRESS: "10000",
        ...(sleepAfter === undefined ? {} : { SLEEP_AFTER: String(sleepAfter / 1000) }),
      },
      logFile,
      fileLimit,
    );
    const { ended } = running;
    await until(`the server serves`, async () => {
      if (ended.done) throw new Error("it ended");
      signInLink = /Sign in:\s+(\S+)/.exec(output().slice(printed))?.[1] ?? "";
      return signInLink !== "" && await answers(url);
    }, { within: 30_000, about: output });
  }

  async function stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number> {
    const begun = performance.now();
    await running?.end(signal);
    running = null;
    return performance.now() - begun;
  }

  async function close(): Promise<void> {
    await stop();
    try {
      // What a watchdog does after its server's death takes a moment.
      await until("nothing of the server is left", async () => (await processesOf(dataDir)).length === 0, {
        within: 10_000,
        about: async () => (await processesOf(dataDir)).join("\n"),
      });
    } finally {
      await killAllOf(dataDir);
      await Deno.remove(dataDir, { recursive: true });
    }
  }

  try {
    await start(fileLimit);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    port,
    dataDir,
    get signInLink() {
      return signInLink;
    },
    get output() {
      return output();
    },
    stop,
    start: () => start(),
    close,
  };
}

/** Milliseconds after which a server that does not end is ended. */
const LONGEST_END = 15_000;

interface Running {
  readonly ended: { done: boolean };
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/**
 * Its output goes to a file: a pipe that nobody reads would stop it, and one that is read while no test asks for it is a
 * leak to Deno's sanitizers.
 */
function spawn(entry: string, env: Record<string, string>, logFile: string, fileLimit?: number): Running {
  // The signal that comes with the limit would end the process; ignored, the write fails instead. Blocks are 512 bytes.
  const limit = fileLimit === undefined ? "" : `trap '' XFSZ; ulimit -f ${fileLimit * 2}; `;
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}log=$1; shift; exec "$@" >>"$log" 2>&1`, "sh", logFile, ...leashed(entry)],
    cwd: ROOT,
    env: { ...ownEnvironment(), ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ended = { done: false };
  const over = child.status.then(() => ended.done = true);
  return {
    ended,
    async end(signal) {
      if (!ended.done) child.kill(signal);
      const patience = setTimeout(() => ended.done || child.kill("SIGKILL"), LONGEST_END);
      await over;
      clearTimeout(patience);
      // Closed last: the end of this pipe is an order to end.
      await child.stdin.close().catch(() => {});
    },
  };
}

const leashed = (entry: string) => [Deno.execPath(), "run", "-A", "tests/support/leash.ts", entry];

/** A developer's own settings for Wakelight must not reach the one under test. */
function ownEnvironment(): Record<string, string> {
  const env = Deno.env.toObject();
  for (
    const name of [
      "PUBLIC_URL",
      "PREVIEW_DOMAIN",
      "ALLOWED_ORIGINS",
      "KV_PATH",
      "TICKET_SECRET",
      "SLEEP_AFTER",
    ]
  ) {
    delete env[name];
  }
  return env;
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/sign-in`, { method: "HEAD" });
  await response.body?.cancel();
  return response.ok;
}

/** Let go of before the server takes it; the system gives the next asker another one. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
