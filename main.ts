/** The app, as `deno serve _fresh/server.js` and `dev.ts` start it: one isolate, wired from the environment. */
import process from "node:process";
import { readConfig } from "./lib/config.ts";
import { isFirst, openKv } from "./lib/kv/open.ts";
import { buryTheDead } from "./lib/kv/presence.ts";
import { createDeparture } from "./lib/lifecycle/departure.ts";
import { logInfo } from "./lib/log.ts";
import { createLocalSandbox } from "./lib/sandbox/local.ts";
import { createServices } from "./lib/services.ts";
import { createApp } from "./routes/(_lib)/create_app.ts";

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
  onFile: config.kvPath !== undefined && !/^https?:|^:memory:$/.test(config.kvPath),
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

const departure = createDeparture({
  drain: services.drain,
  remaining: services.remaining,
  markFailed: services.markFailed,
  // The only word that surely reaches every worker of this process.
  signalAll: () => Deno.kill(Deno.pid, "SIGTERM"),
  exit: (status) => Deno.exit(status),
});
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, departure.leave);
// Without these an error ends all workers at once and in the middle of what they do.
addEventListener("error", (event) => {
  event.preventDefault();
  departure.fail("uncaught-error", event.error ?? event.message);
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  departure.fail("unhandled-rejection", event.reason);
});

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only asks.
    return process.kill(pid, 0);
  } catch (error) {
    // There is one, but it is somebody else's.
    return (error as { code?: string }).code === "EPERM";
  }
}
