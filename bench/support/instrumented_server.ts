/**
 * The server of `server.ts` with a module of ours around the built one, which is let in where a measurement needs to see or
 * do what cannot be seen or done from without. Everything else goes through the built server as it is.
 */
import { startProduction } from "../../tests/faults/processes/production.ts";
import { createApp } from "../../tests/support/preview_app.ts";
import { processesOf } from "../../tests/support/processes.ts";
import { requestsWith, signInCookie } from "../../tests/support/session.ts";
import { until } from "../../tests/support/until.ts";
import type { MemoryInUse } from "./memory.ts";
import { anonymousBytes, cpuSeconds, pin, SERVER_CORE } from "./process.ts";
import type { BenchServer } from "./server.ts";

export interface Held extends MemoryInUse {
  /** Open streams. */
  readonly viewers: number;
}

export interface InstrumentedServer extends BenchServer {
  /** What its isolate holds once the garbage is gone. */
  held(): Promise<Held>;
}

const ROOM = {
  STREAMS_PER_USER: "1000000",
  STREAMS_PER_APP: "1000000",
  STREAMS_PER_ADDRESS: "1000000",
  LOG_MAX_BYTES: String(4 * 1024 ** 3),
  DENO_USE_WRITEV: "1",
};

/** @param entry the module, beside this one */
export async function startInstrumentedServer(
  entry = "instrumented_entry.ts",
  env: Record<string, string> = {},
): Promise<InstrumentedServer> {
  const dataDir = await Deno.makeTempDir({ prefix: "wakelight-bench-" });
  const server = await startProduction(dataDir, {
    env: { ...ROOM, ...env },
    entry: new URL(entry, import.meta.url).href,
    fromSources: true,
  });
  const bind = () => pin(server.pid, SERVER_CORE);
  const stop = async () => {
    await server.stop();
    await until("nothing is left", async () => (await processesOf(dataDir)).length === 0);
    await Deno.remove(dataDir, { recursive: true });
  };
  try {
    await bind();
    const cookie = await signInCookie(server);
    const session = requestsWith(server, cookie);
    const made = await fetch(`${server.url}/tokens`, {
      method: "POST",
      headers: { cookie, origin: server.url },
      body: new URLSearchParams({ intent: "create", name: "bench" }),
    });
    const apiToken = /wl_[\w-]{43}/.exec(await made.text())?.[0];
    if (apiToken === undefined) throw new Error(`No API token was made: ${made.status}`);
    return {
      url: server.url,
      port: server.port,
      dataDir,
      session,
      apiToken,
      get pid() {
        return server.pid;
      },
      output: () => server.output,
      createApp: (app) => createApp(server, session, app),
      ticket: async (appId) =>
        (await (await session.send("POST", `/api/apps/${appId}/ticket`)).json()).ticket,
      eventsUrl: (appId) => `${server.url}/api/apps/${appId}/events`,
      cpuSeconds: () => cpuSeconds(server.pid),
      memory: () => anonymousBytes(server.pid),
      held: () => session.get<Held>("/bench-memory"),
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
