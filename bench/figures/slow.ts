/**
 * Figure 6: what a viewer costs that reads nothing while 16 MB of its app's events go by, in memory that the server has in use,
 * and whether those who do read notice it. Some of them read on in the end, and are told everything. What the kernel holds
 * for each connection (some MB on loopback) is not in it.
 */
import { until } from "../../tests/support/until.ts";
import { type Figure, type Row, runAlone, type RunOptions, type Verdict } from "../support/figure.ts";
import { holdStreams } from "../support/held_streams.ts";
import { type InstrumentedServer, startInstrumentedServer } from "../support/instrumented_server.ts";
import { median } from "../support/stats.ts";
import { streamRequest } from "../support/stream_request.ts";
import { type Subject, wakelight, watch } from "../support/subject.ts";
import { startSwarm, type Viewers } from "../support/swarm.ts";
import { ticketsFor } from "../support/tickets.ts";
import { NAMES, type Transport, TRANSPORTS } from "../support/transports.ts";

const READERS = 20;
const STALLED = { quick: 100, full: 400 };
/** Viewers who read nothing either, and then read on. */
const LATE = 4;
/** Of the events as each viewer gets them, in bytes: 16 MB. */
const GO_BY = 16e6;
/** Of one line's event, rather less than it is. */
const EVENT_BYTES = 280;
const LINES = Math.ceil(GO_BY / EVENT_BYTES);
/** Lines after which the app's ring holds as much as it ever does, at least. */
const RING = 21_000;
const KIB = 1024;
/** KiB. */
const TARGET = 64;

/** KiB of each viewer that reads nothing; milliseconds. */
interface Cost {
  readonly open: number;
  readonly after: number;
  readonly without: number;
  readonly beside: number;
}

async function inUse(server: InstrumentedServer): Promise<number> {
  const { heap, native } = await server.held();
  return heap + native;
}

async function goBy(readers: Viewers, subject: Subject): Promise<void> {
  const { seen } = await readers.follow(subject.printer, { lines: LINES });
  if (seen.bytes / READERS < GO_BY) throw new Error(`Only ${seen.bytes / READERS} bytes went by`);
}

interface Scene {
  readonly server: InstrumentedServer;
  readonly subject: Subject;
  readonly appId: string;
  /** How many do not read. */
  readonly count: number;
  /** Seconds for which latencies are measured. */
  readonly seconds: number;
}

async function measure(
  { server, subject, appId, count, seconds }: Scene,
  transport: Transport,
): Promise<Cost> {
  const { port, path, printer } = subject;
  await using swarm = await startSwarm();
  await using lateSwarm = await startSwarm();
  const readers = await watch(swarm, subject, { transport, count: READERS });
  const late = await watch(lateSwarm, subject, { transport, count: LATE });
  const steady = { rate: 20, seconds };
  const p99 = async () => (await readers.follow(printer, steady)).seen.latency.p99;
  // The ring of recent events belongs to the app, and has to be full before and after.
  await readers.follow(printer, { lines: RING });
  const without = await p99();
  const before = await inUse(server);

  const tickets = await ticketsFor(server, appId, count);
  const requests = tickets.map((ticket) => streamRequest(path, transport, ticket));
  await using _ = await holdStreams({ port, count, requests, until: "HTTP/1.1 ", stall: true });
  await until("all are there", async () => (await server.held()).viewers === count + READERS + LATE);
  const open = await inUse(server);
  await late.stall();
  await late.arm(LINES + steady.rate * seconds);
  await goBy(readers, subject);
  const beside = await p99();
  const after = await inUse(server);

  await late.go();
  const seen = await late.complete(60_000);
  if (seen.complete < LATE) throw new Error(`Who read late misses something: ${JSON.stringify(seen)}`);
  await Promise.all([late.leave(), readers.leave()]);
  const each = (bytes: number) => (bytes - before) / count / KIB;
  return { open: each(open), after: each(after), without, beside };
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const count = quick ? STALLED.quick : STALLED.full;
  const rows: Row[] = [];
  const verdicts: Verdict[] = [];
  const ratios: Figure["ratios"][number][] = [];
  await using server = await startInstrumentedServer();
  await using subject = await wakelight(server);
  const appId = subject.path.split("/")[3];
  const scene: Scene = { server, subject, appId, count, seconds: quick ? 2 : 5 };
  for (const transport of TRANSPORTS) {
    const name = NAMES[transport];
    const costs: Cost[] = [];
    for (let round = 0; round < (quick ? 1 : rounds); round++) costs.push(await measure(scene, transport));
    const add = (of: string, unit: string, value: (cost: Cost) => number) => {
      const values = costs.map(value);
      rows.push({ name, of, values, unit });
      return median(values);
    };
    add("open, nothing said", "KiB", (cost) => cost.open);
    const after = add("after 16 MB that it did not read", "KiB", (cost) => cost.after);
    const without = add("p99 of those who read, without", "ms", (cost) => cost.without);
    const beside = add(`p99 of those who read, beside ${count} who do not`, "ms", (cost) => cost.beside);
    ratios.push({ name: `${name}, p99 beside / without`, value: beside / without });
    verdicts.push({
      target: `${name}: under ${TARGET} KiB for a viewer that never reads`,
      measured: `${after.toFixed(0)} KiB`,
      met: after < TARGET,
    });
    verdicts.push({
      target: `${name}: p99 of the others unchanged`,
      measured: `${beside.toFixed(1)} ms after ${without.toFixed(1)} ms`,
      // A millisecond is what a busy machine does by itself.
      met: beside <= without * 1.1 + 1,
    });
  }
  return {
    id: "slow",
    title: "Viewers that do not read",
    rows,
    ratios,
    verdicts,
    notes: [
      `${count} do not read. ${READERS} viewers read, and were proven to have got all ${LINES} lines in order; so were ${LATE} who read them only later.`,
      "In use is what V8's heap holds after a collection and what the C library has lent out, above what it was " +
      "before they came.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
