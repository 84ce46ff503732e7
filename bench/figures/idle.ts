/**
 * Figure 4: what a viewer costs in the server's memory while nothing is said, against what Deno itself keeps for a connection
 * of that kind, measured in the same run.
 */
import { until } from "../../tests/support/until.ts";
import { type Floor, FLOOR_OF, FLOORS, startFloor, type Told } from "../baselines/floors.ts";
import { type Figure, type Row, runAlone, type RunOptions } from "../support/figure.ts";
import { holdStreams } from "../support/held_streams.ts";
import { type InstrumentedServer, startInstrumentedServer } from "../support/instrumented_server.ts";
import type { MemoryInUse } from "../support/memory.ts";
import { createPrinterApp, type PrinterApp } from "../support/printer_app.ts";
import { median } from "../support/stats.ts";
import { streamRequest } from "../support/stream_request.ts";
import { ticketsFor } from "../support/tickets.ts";
import { offerTicket } from "../../lib/protocol/ticket.ts";
import { NAMES, type Transport, TRANSPORTS } from "../support/transports.ts";

const VIEWERS = 1_000;
/** Opened and closed before each look; and before all of them as many as are measured: what is made once for all is nobody's. */
const FIRST = 64;
/** What a viewer of an app with a long log is told first, and for how many of them it is measured. */
const TAIL = 500, TOLD = 250;
const KIB = 1024;
/** KiB above the floor. */
const SHARE = 3;
const FLOOR_NAMES: Readonly<Record<Floor, string>> = {
  stream: "Deno.serve, a stream as body",
  socket: "Deno.serve, a WebSocket",
  silence: "Deno.serve, no answer",
  node: "node:http, an answer begun",
};

const LIKE_NAMES: Readonly<Record<Transport, string>> = {
  sse: `${FLOOR_NAMES.stream}, asked and answering as we do`,
  ws: `${FLOOR_NAMES.socket}, asked and answering as we do`,
};

/** KiB of each connection. */
interface Cost {
  readonly heap: number;
  readonly native: number;
  /** Both, in use. */
  readonly whole: number;
  /** Of pages that the system counts for the process; see `anonymousBytes`. */
  readonly anonymous: number;
}

/** Looks before and after so many have come. */
async function costOf(
  look: () => Promise<MemoryInUse>,
  anonymous: () => number,
  viewers: number,
  open: (count: number) => Promise<AsyncDisposable>,
  settled: (count: number) => Promise<unknown>,
): Promise<Cost> {
  {
    await using _ = await open(FIRST);
    await settled(FIRST);
  }
  await settled(0);
  const before = { ...await look(), anonymous: anonymous() };
  await using _ = await open(viewers);
  await settled(viewers);
  const after = { ...await look(), anonymous: anonymous() };
  const each = (key: keyof typeof before) => (after[key] - before[key]) / viewers / KIB;
  return {
    heap: each("heap"),
    native: each("native"),
    whole: each("heap") + each("native"),
    anonymous: each("anonymous"),
  };
}

async function floor(kind: Floor): Promise<Cost> {
  await using server = await startFloor(kind);
  const requests = [streamRequest("/", kind === "socket" ? "ws" : "sse", null)];
  const open = (count: number) =>
    holdStreams({ port: server.port, count, requests, until: kind === "silence" ? "" : "{}" });
  // It does not count them, and a look takes long enough.
  return await costOf(server.held, server.memory, VIEWERS, open, server.held);
}

/** A floor that is asked as we are, and says what we say: what it keeps of that is HTTP's and Deno's. */
async function likeOurs(transport: Transport, ticket: string, told: Told): Promise<Cost> {
  await using server = await startFloor(FLOOR_OF[transport], told);
  const requests = [streamRequest("/", transport, ticket)];
  const open = (count: number) =>
    holdStreams({ port: server.port, count, requests, until: '"type":"status"' });
  return await costOf(server.held, server.memory, VIEWERS, open, server.held);
}

/** What a viewer of the app is told when he comes. */
async function firstWords(server: InstrumentedServer, app: PrinterApp, transport: Transport): Promise<Told> {
  const url = server.eventsUrl(app.id);
  const ticket = await server.ticket(app.id);
  if (transport === "ws") {
    const socket = new WebSocket(url.replace("http", "ws"), offerTicket(ticket));
    const first = await new Promise<string>((resolve) => socket.onmessage = ({ data }) => resolve(data));
    socket.close();
    return { headers: {}, first: [first] };
  }
  const answer = await fetch(url, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${ticket}` },
  });
  const first: string[] = [];
  for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) {
    first.push(text);
    if (text.includes('"type":"log"')) break;
  }
  const { date: _, "transfer-encoding": __, ...headers } = Object.fromEntries(answer.headers);
  return { headers, first };
}

async function ours(
  server: InstrumentedServer,
  app: PrinterApp,
  transport: Transport,
  viewers: number,
): Promise<Cost> {
  const path = `/api/apps/${app.id}/events`;
  const open = async (count: number) => {
    const tickets = await ticketsFor(server, app.id, count);
    const requests = tickets.map((ticket) => streamRequest(path, transport, ticket));
    return await holdStreams({ port: server.port, count, requests, until: '"type":"status"' });
  };
  const settled = (count: number) =>
    until("all are there, or gone", async () => (await server.held()).viewers === count);
  return await costOf(server.held, server.memory, viewers, open, settled);
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const costs = new Map<string, Cost[]>();
  const add = (name: string, cost: Cost) => costs.set(name, [...costs.get(name) ?? [], cost]);
  await using server = await startInstrumentedServer();
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    for (const kind of FLOORS) add(FLOOR_NAMES[kind], await floor(kind));
    const quiet = await createPrinterApp(server);
    for (const transport of TRANSPORTS) {
      if (round === 0) await ours(server, quiet, transport, VIEWERS);
      const told = await firstWords(server, quiet, transport);
      add(LIKE_NAMES[transport], await likeOurs(transport, await server.ticket(quiet.id), told));
    }
    const busy = await createPrinterApp(server);
    await busy.print({ lines: TAIL });
    for (const transport of TRANSPORTS) {
      const name = `Wakelight ${NAMES[transport]}`;
      add(name, await ours(server, quiet, transport, VIEWERS));
      add(`${name}, told ${TAIL} lines`, await ours(server, busy, transport, TOLD));
    }
  }
  const middle = (name: string, key: keyof Cost = "whole") =>
    median(costs.get(name)!.map((cost) => cost[key]));
  const rows = (key: keyof Cost, of: string): Row[] =>
    [...costs].map(([name, all]) => ({ name, of, values: all.map((cost) => cost[key]), unit: "KiB" }));
  const above = (transport: Transport, floor: string) =>
    middle(`Wakelight ${NAMES[transport]}`) - middle(floor);
  return {
    id: "idle",
    title: `Memory of each of ${VIEWERS} idle viewers`,
    rows: [
      ...rows("whole", "in use"),
      ...rows("heap", "JavaScript objects"),
      ...rows("anonymous", "pages"),
    ],
    ratios: TRANSPORTS.map((transport) => ({
      name: `Wakelight ${NAMES[transport]} / ${FLOOR_NAMES[FLOOR_OF[transport]]}, in use`,
      value: middle(`Wakelight ${NAMES[transport]}`) / middle(FLOOR_NAMES[FLOOR_OF[transport]]),
    })),
    verdicts: TRANSPORTS.map((transport) => ({
      target: `${NAMES[transport]}: at most ${SHARE} KiB above Deno's floor`,
      measured: `${
        above(transport, LIKE_NAMES[transport]).toFixed(1)
      } KiB above one that is asked and answers as we do, ${
        above(transport, FLOOR_NAMES[FLOOR_OF[transport]]).toFixed(1)
      } above one that says nothing`,
      met: above(transport, LIKE_NAMES[transport]) <= SHARE,
    })),
    notes: [
      "In use is what V8's heap holds after a collection and what the C library has lent out; pages are what the system " +
      "counts as the process's own, with what both keep for later: whoever is measured in a process after others finds theirs.",
      "Whoever is asked and answers as we do gets a ticket of the same length, and answers with the headers and the first " +
      "events that Wakelight answers with: the request stays with a stream as long as it is open, and so does the buffer in " +
      "which hyper gathered the answer. What Wakelight needs above that is its own.",
      `Whoever is told ${TAIL} lines when he comes leaves a larger buffer behind: hyper gathers what it writes to a ` +
      "connection in one, which grows to what once waited and stays so until the connection ends.",
      "Of a stream's floor 32 KiB are a queue: Deno hands the chunks of a JavaScript stream to the answer through a channel " +
      "of 1,024 places of 32 bytes, which is allocated whole for each body (ext/web/stream_resource.rs). node:http has no " +
      "such queue. A body that is a resource, such as one end of a pair of Unix sockets, measured worse: 136 KiB.",
    ],
    headline: {
      idleWs: middle("Wakelight WebSocket").toFixed(0),
      idleSse: middle("Wakelight SSE").toFixed(0),
    },
  };
}

if (import.meta.main) await runAlone(run);
