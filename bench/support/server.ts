/**
 * The server under measurement: the production build, started as `deno task start` starts it, with a data folder of its
 * own and on a core of its own. Everything reaches it as it would reach it in production: over its port.
 *
 *     await using server = await startServer();
 *     const app = await server.createApp({ name: "Printer", files, commands });
 *     fetch(server.eventsUrl(app.id), { headers: { authorization: `Bearer ${server.apiToken}` } });
 */
import { startProduction } from "../../tests/faults/processes/production.ts";
import { createApp, type NewApp, type PreviewApp } from "../../tests/support/preview_app.ts";
import { processesOf } from "../../tests/support/processes.ts";
import { type Requests, requestsWith, signInCookie } from "../../tests/support/session.ts";
import { until } from "../../tests/support/until.ts";
import { anonymousBytes, cpuSeconds, pin, SERVER_CORE } from "./process.ts";

export interface ServerOptions {
  /** Isolates; 1 unless told. */
  readonly workers?: number;
  /** The core it is bound to, where that can be done; null: all of them. */
  readonly core?: number | null;
  /** Variables besides those below. */
  readonly env?: Record<string, string>;
  /** Options for V8, such as `--prof`. */
  readonly v8Flags?: string;
}

export interface BenchServer extends AsyncDisposable {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** In the name of somebody who is signed in. */
  readonly session: Requests;
  /** `wl_…`, of the same user: for `Authorization: Bearer`. */
  readonly apiToken: string;
  /** All that it has printed. */
  output(): string;
  /** An app with a Git repository of its own; nothing is built yet. */
  createApp(app: NewApp): Promise<PreviewApp>;
  /** A ticket for one stream of that app, good for 300 s. */
  ticket(appId: string): Promise<string>;
  eventsUrl(appId: string): string;
  /** Seconds of processor time since it was started. */
  cpuSeconds(): number;
  /** Bytes: see `anonymousBytes`. */
  memory(): number;
  /** Starts the process anew on the same data and port; the pid changes. */
  restart(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** SIGTERM drains: streams are told when to come back, and it takes up to 5 s. Removes the data folder. */
  stop(): Promise<void>;
}

/** Limits that a measurement must not meet: all its viewers are one user at one address. */
const ROOM = {
  STREAMS_PER_USER: "1000000",
  STREAMS_PER_APP: "1000000",
  STREAMS_PER_ADDRESS: "1000000",
  /** No line is trimmed: a gap would be told instead of it, and the proof would fail. */
  LOG_MAX_BYTES: String(4 * 1024 ** 3),
  DENO_USE_WRITEV: "1",
};

/** Builds the server once for a run of the bench, and resolves when this one is ready. */
export async function startServer(options: ServerOptions = {}): Promise<BenchServer> {
  const { workers = 1, core = SERVER_CORE, env = {}, v8Flags } = options;
  const dataDir = await Deno.makeTempDir({ prefix: "wakelight-bench-" });
  const server = await startProduction(dataDir, {
    workers,
    env: { ...ROOM, ...env },
    ...(v8Flags === undefined ? {} : { v8Flags }),
  });
  const bind = async () => {
    if (core !== null) await pin(server.pid, core);
  };
  const stop = async () => {
    await server.stop();
    await until("nothing is left", async () => (await processesOf(dataDir)).length === 0);
    await Deno.remove(dataDir, { recursive: true });
  };
  try {
    await bind();
    const cookie = await signInCookie(server);
    const session = requestsWith(server, cookie);
    return {
      url: server.url,
      port: server.port,
      dataDir,
      session,
      apiToken: await createApiToken(server.url, cookie),
      get pid() {
        return server.pid;
      },
      output: () => server.output,
      createApp: (app) => createApp(server, session, app),
      async ticket(appId) {
        const answer = await session.send("POST", `/api/apps/${appId}/ticket`);
        if (!answer.ok) throw new Error(`No ticket: ${answer.status} ${await answer.text()}`);
        return (await answer.json()).ticket;
      },
      eventsUrl: (appId) => `${server.url}/api/apps/${appId}/events`,
      cpuSeconds: () => cpuSeconds(server.pid),
      memory: () => anonymousBytes(server.pid),
      async restart(signal) {
        await server.stop(signal);
        await server.start();
        await bind();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    console.error(server.output);
    await stop();
    throw error;
  }
}

/** As a person makes one: on the page for tokens, which shows it this once. */
async function createApiToken(url: string, cookie: string): Promise<string> {
  const answer = await fetch(`${url}/tokens`, {
    method: "POST",
    headers: { cookie, origin: url },
    body: new URLSearchParams({ intent: "create", name: "bench" }),
  });
  const token = /wl_[\w-]{43}/.exec(await answer.text())?.[0];
  if (token === undefined) throw new Error(`No API token was made: ${answer.status}`);
  return token;
}
