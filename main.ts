/** The app, as `deno serve _fresh/server.js` and `dev.ts` start it: one isolate, wired from the environment. */
import process from "node:process";
import { readConfig } from "./lib/config.ts";
import { isFirst, openKv } from "./lib/kv/open.ts";
import { buryTheDead } from "./lib/kv/presence.ts";
import { logError, logInfo } from "./lib/log.ts";
import { createLocalSandbox } from "./lib/sandbox/local.ts";
import { createServices } from "./lib/services.ts";
import { createApp } from "./routes/(_lib)/create_app.ts";

/** Milliseconds that a platform gives us between its signal and the end. */
const DRAIN_FOR = 4_500;

const config = readConfig(Deno.env.toObject());
const kv = await openKv(config.kvPath);
const host = Deno.hostname();

// Isolates of this process share its pid, so whatever stands under it is alive; a process of an earlier start is not.
await buryTheDead(kv, host, (pid) => pid === Deno.pid || isRunning(pid));
export const services = await createServices(config, {
  kv,
  sandbox: createLocalSandbox({ root: `${config.dataDir}/sandboxes` }),
  host,
  pid: Deno.pid,
  channel: `wakelight:${config.kvPath ?? ""}`,
});
export const app = createApp(services);

if (config.ticketSecret === undefined) {
  logInfo("ticket-secret-missing", {
    hint: "Set TICKET_SECRET to 32 random characters or more: without it no page is live",
  });
}
if (await isFirst(kv, `sign-in-link ${host} ${Deno.pid}`, 10_000)) {
  console.log(`\n  Sign in:  ${await services.signInLink()}\n`);
}

let draining = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    if (draining) return;
    draining = true;
    const timeout = setTimeout(() => Deno.exit(0), DRAIN_FOR);
    try {
      await services.drain();
      logInfo("drained");
    } catch (error) {
      logError("drain-failed", error);
    }
    clearTimeout(timeout);
    Deno.exit(0);
  });
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only asks.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
