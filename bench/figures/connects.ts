/**
 * Figure 5: viewers who come, each with a ticket that can be used once, until each has been told the app's state; and viewers
 * who come back with a cursor after a restart, until each has the lines that were printed meanwhile.
 */
import { until } from "../../tests/support/until.ts";
import { connectLoad } from "../support/connect_load.ts";
import { countStorm } from "../support/counted_storm.ts";
import { type Figure, type Row, runAlone, type RunOptions, type Verdict } from "../support/figure.ts";
import { createPrinterApp, type PrinterApp } from "../support/printer_app.ts";
import { type BenchServer, startServer } from "../support/server.ts";
import { median } from "../support/stats.ts";
import { storedLog } from "../support/stored_log.ts";
import { startSwarm } from "../support/swarm.ts";
import { short } from "../support/table.ts";
import { ticketsFor } from "../support/tickets.ts";
import { NAMES, type Transport, TRANSPORTS } from "../support/transports.ts";

const COMERS = { quick: 1_000, full: 3_000 };
/** Who come before anything is timed: code that has run a few hundred times only is still being compiled. */
const WARM_UP = 2_500;
/** On their way at once. */
const AT_ONCE = 64;
const PER_SECOND = 3_000;
const STORM = { viewers: 2_000, lines: 300 };
/** Seconds until all have all. */
const WITHIN = 2;

interface Connects {
  readonly perSecond: number[];
  /** For each second of processor time. */
  readonly perCore: number[];
}

async function connects(
  server: BenchServer,
  app: PrinterApp,
  transport: Transport,
  count: number,
  to: Connects,
): Promise<void> {
  const tickets = await ticketsFor(server, app.id, count);
  const before = server.cpuSeconds();
  const path = `/api/apps/${app.id}/events`;
  const { seconds } = await connectLoad({ port: server.port, path, transport, tickets, atOnce: AT_ONCE });
  to.perSecond.push(count / seconds);
  to.perCore.push(count / (server.cpuSeconds() - before));
}

/** @returns seconds from the first one's connect until the last one has all, and the server's processor time of it */
async function storm(server: BenchServer, app: PrinterApp, transport: Transport) {
  const { viewers: count, lines } = STORM;
  await using swarm = await startSwarm();
  const bearers = await ticketsFor(server, app.id, count);
  const path = `/api/apps/${app.id}/events`;
  const viewers = await swarm.open(
    { port: server.port, path, transport, count, bearers, isTicket: true, sample: count },
    app,
  );
  await viewers.leave();
  const { length } = await storedLog(server, app.id);
  await app.print({ lines });
  await until("all is stored", async () => (await storedLog(server, app.id)).length === length + lines);
  await server.restart();
  const again = await ticketsFor(server, app.id, count);
  await viewers.arm(lines);
  const before = server.cpuSeconds();
  const begun = performance.timeOrigin + performance.now();
  await viewers.reopen(again);
  const seen = await viewers.complete(60_000);
  if (seen.complete < count) throw new Error(`Not all have come back: ${JSON.stringify(seen)}`);
  const cpu = server.cpuSeconds() - before;
  await viewers.leave();
  return { seconds: (seen.lastDoneAt / 1000 - begun) / 1000, cpu };
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const rows: Row[] = [];
  const verdicts: Verdict[] = [];
  const count = quick ? COMERS.quick : COMERS.full;
  await using server = await startServer();
  const app = await createPrinterApp(server);
  const came = Object.fromEntries(
    TRANSPORTS.map((transport): [Transport, Connects] => [transport, { perSecond: [], perCore: [] }]),
  );
  for (let round = -1; round < rounds; round++) {
    for (const transport of TRANSPORTS) {
      const to = round < 0 ? { perSecond: [], perCore: [] } : came[transport];
      await connects(server, app, transport, round < 0 ? WARM_UP : count, to);
    }
  }
  for (const transport of TRANSPORTS) {
    const name = NAMES[transport];
    const { perSecond, perCore } = came[transport];
    rows.push({ name, of: "ticketed connects", values: perSecond, unit: "/s" });
    rows.push({ name, of: "ticketed connects for each second of its core", values: perCore, unit: "" });
    verdicts.push({
      target: `${PER_SECOND} ticketed connects/s on ${name}`,
      measured: short(median(perSecond)),
      met: median(perSecond) >= PER_SECOND,
    });
  }

  let restarted = false;
  for (const transport of quick ? ["sse"] as const : TRANSPORTS) {
    const storms: Awaited<ReturnType<typeof storm>>[] = [];
    for (let round = 0; round < (quick ? 1 : rounds); round++) {
      // The restart has ended what ran in its sandbox.
      const printer = restarted ? await createPrinterApp(server) : app;
      restarted = true;
      storms.push(await storm(server, printer, transport));
    }
    const name = NAMES[transport];
    const seconds = storms.map((one) => one.seconds);
    rows.push({ name, of: `${STORM.viewers} come back, until the last has all`, values: seconds, unit: "s" });
    rows.push({ name, of: "processor time of that", values: storms.map(({ cpu }) => cpu), unit: "s" });
    verdicts.push({
      target: `${STORM.viewers} resuming viewers served within ${WITHIN} s on ${name}`,
      measured: `${short(median(seconds))} s`,
      met: median(seconds) <= WITHIN,
    });
  }

  const viewers = quick ? 500 : STORM.viewers;
  const { chunks, counts } = await countStorm(viewers, STORM.lines);
  const perChunk = counts.reads / chunks;
  rows.push({
    name: "keys read",
    of: `${viewers} come back, all together`,
    values: [counts.reads],
    unit: "",
  });
  rows.push({
    name: "commits",
    of: `${viewers} come back, all together`,
    values: [counts.commits],
    unit: "",
  });
  verdicts.push({
    target: "KV is read for chunks, not for viewers",
    measured: `${short(counts.reads / viewers)} keys a viewer, ${
      short(perChunk)
    } for each of ${chunks} chunks`,
    met: counts.reads < viewers / 2,
  });
  return {
    id: "connects",
    title: "Viewers who come, and who come back after a restart",
    rows,
    ratios: [],
    verdicts,
    notes: [
      `${AT_ONCE} on their way at once; each was told the app's state. Tickets were fetched beforehand, and ` +
      `${WARM_UP} had come before anything was timed.`,
      `Who came back lacked ${STORM.lines} lines; all were proven to have got them once and in order.`,
      "Keys are counted within one process: the composed services and their streams, without sockets. What is read " +
      "besides the log is the right to see it, for up to a hundred tickets at once.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
