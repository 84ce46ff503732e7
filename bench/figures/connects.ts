/**
 * Figure 5: viewers who come, each with a ticket that can be used once, until each has been told the app's state, against a
 * server of Deno's that asks for nothing and tells everybody the same; and viewers who come back with a cursor after a
 * restart, until each has the lines that were printed meanwhile.
 */
import { until } from "../../tests/support/until.ts";
import { FLOOR_OF, startFloor, type Told } from "../baselines/floors.ts";
import { type ConnectLoad, connectLoad } from "../support/connect_load.ts";
import { countStorm } from "../support/counted_storm.ts";
import {
  type Figure,
  type Ratio,
  type Row,
  runAlone,
  type RunOptions,
  type Verdict,
} from "../support/figure.ts";
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
/** On their way at once; and as after a restart, when all come back. */
const AT_ONCE = 64, CROWD = 256;
const PER_SECOND = 3_000;
const STORM = { viewers: 2_000, lines: 300 };
/** Seconds until all have all. */
const WITHIN = 2;

interface Connects {
  readonly perSecond: number[];
  /** For each second of processor time. */
  readonly perCore: number[];
}

type Comers = Omit<ConnectLoad, "port">;

async function connects(
  { port, cpuSeconds }: { port: number; cpuSeconds(): number },
  comers: Comers,
  to: Connects,
): Promise<void> {
  const before = cpuSeconds();
  const { seconds } = await connectLoad({ port, ...comers });
  const count = comers.tickets.length;
  to.perSecond.push(count / seconds);
  to.perCore.push(count / (cpuSeconds() - before));
}

/** What the baseline tells: as much as the bench has to see. */
const STATUS = '{"type":"status"}';
const TOLD: Readonly<Record<Transport, Told>> = {
  sse: { headers: { "content-type": "text/event-stream" }, first: [`data: ${STATUS}\n\n`] },
  ws: { headers: {}, first: [`[${STATUS}]`] },
};

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
  const ratios: Ratio[] = [];
  for (const transport of TRANSPORTS) {
    const name = NAMES[transport];
    await using bare = await startFloor(FLOOR_OF[transport], TOLD[transport]);
    const [ours, crowd, least]: Connects[] = Array.from(
      { length: 3 },
      () => ({ perSecond: [], perCore: [] }),
    );
    const come = async (count: number, atOnce = AT_ONCE): Promise<Comers> => ({
      path: `/api/apps/${app.id}/events`,
      transport,
      tickets: await ticketsFor(server, app.id, count),
      atOnce,
    });
    const untimed: Connects = { perSecond: [], perCore: [] };
    const warmUp = await come(WARM_UP);
    await connects(server, warmUp, untimed);
    await connects(bare, warmUp, untimed);
    for (let round = 0; round < rounds; round++) {
      const comers = await come(count);
      await connects(server, comers, ours);
      await connects(bare, comers, least);
      await connects(server, await come(count, CROWD), crowd);
    }
    rows.push(
      { name, of: "ticketed connects", values: ours.perSecond, unit: "/s" },
      { name, of: "ticketed connects for each second of its core", values: ours.perCore, unit: "" },
      { name, of: `ticketed connects, ${CROWD} at once`, values: crowd.perSecond, unit: "/s" },
      { name: `bare Deno, ${name}`, of: "connects", values: least.perSecond, unit: "/s" },
      {
        name: `bare Deno, ${name}`,
        of: "connects for each second of its core",
        values: least.perCore,
        unit: "",
      },
    );
    ratios.push({
      name: `ticketed connects / connects of bare Deno, by core, ${name}`,
      value: median(ours.perCore) / median(least.perCore),
    });
    verdicts.push({
      target: `${PER_SECOND} ticketed connects/s on ${name}`,
      measured: short(median(ours.perSecond)),
      met: median(ours.perSecond) >= PER_SECOND,
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
    ratios,
    verdicts,
    notes: [
      `${AT_ONCE} on their way at once, where nothing else is said; each was told the app's state. Tickets were fetched ` +
      `beforehand, and ${WARM_UP} had come before anything was timed. Bare Deno looks at no ticket, and tells everybody the same.`,
      `Who came back lacked ${STORM.lines} lines; all were proven to have got them once and in order.`,
      "Keys are counted within one process: the composed services and their streams, without sockets. What is read " +
      "besides the log is the right to see it, for up to a hundred tickets at once.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
