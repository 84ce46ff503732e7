/**
 * Figure 8: the status of an app, as a script asks for it with an API token, against a `Deno.serve` whose handler does nothing:
 * as many requests as are answered, one after the other on kept connections. Then two hundred a second while a fan-out runs.
 */
import { startEmptyServer } from "../baselines/empty_server.ts";
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { type HttpLoad, httpLoad } from "../support/http_load.ts";
import { startServer } from "../support/server.ts";
import { median } from "../support/stats.ts";
import { wakelight, watch } from "../support/subject.ts";
import { startSwarm } from "../support/swarm.ts";
import { short } from "../support/table.ts";

const CONNECTIONS = 32;
/** Of what is empty: what is to be reached. */
const SHARE = 0.5;
/** Milliseconds. */
const P99 = 5;
const FAN_OUT = { viewers: 1_000, rate: 10 };
/** Requests a second while it runs, and on how many connections. */
const PACED = { rate: 200, connections: 4 };

/** Something that is asked: requests for each second that passed, and for each second of its processor time. */
interface Asked {
  readonly perSecond: number[];
  readonly perCore: number[];
}

async function ask(load: HttpLoad, cpuSeconds: () => number, to: Asked): Promise<void> {
  const before = cpuSeconds();
  const { requests, perSecond } = await httpLoad({ ...load, warmUp: 0 });
  to.perSecond.push(perSecond);
  to.perCore.push(requests / (cpuSeconds() - before));
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const seconds = quick ? 1 : 4;
  await using server = await startServer();
  await using empty = await startEmptyServer();
  await using subject = await wakelight(server);
  const status = {
    port: server.port,
    path: subject.path.replace(/events$/, "status"),
    headers: { Authorization: `Bearer ${server.apiToken}` },
  };
  const nothing = { port: empty.port, path: "/" };

  const ours: Asked = { perSecond: [], perCore: [] };
  const theirs: Asked = { perSecond: [], perCore: [] };
  const load = { connections: CONNECTIONS, seconds };
  // Code that has never run is not what is measured.
  for (const one of [nothing, status]) await httpLoad({ ...one, ...load, seconds: 1 });
  for (let round = 0; round < rounds; round++) {
    await ask({ ...nothing, ...load }, empty.cpuSeconds, theirs);
    await ask({ ...status, ...load }, server.cpuSeconds, ours);
  }

  const time = { ...PACED, seconds: quick ? 1.5 : 10 };
  const paced = { ...status, ...time };
  const control: number[] = [];
  const quiet: number[] = [];
  const busy: number[] = [];
  await using swarm = await startSwarm();
  const viewers = await watch(swarm, subject, { transport: "sse", count: FAN_OUT.viewers, sample: 10 });
  for (let round = 0; round < rounds; round++) {
    control.push((await httpLoad({ ...nothing, ...time })).latency.p99);
    quiet.push((await httpLoad(paced)).latency.p99);
    const print = { rate: FAN_OUT.rate, seconds: paced.seconds + 1 };
    const [loaded] = await Promise.all([httpLoad(paced), viewers.follow(subject.printer, print)]);
    busy.push(loaded.latency.p99);
  }
  await viewers.leave();

  const share = median(ours.perCore) / median(theirs.perCore);
  const p99 = median(busy);
  const fanOut = `${FAN_OUT.rate} lines/s go to ${FAN_OUT.viewers} viewers`;
  return {
    id: "status",
    title: "Status of an app",
    rows: [
      { name: "empty handler", values: theirs.perSecond, unit: "requests/s" },
      { name: "status", values: ours.perSecond, unit: "requests/s" },
      { name: "empty handler", of: "for each second of its core", values: theirs.perCore, unit: "requests" },
      { name: "status", of: "for each second of its core", values: ours.perCore, unit: "requests" },
      {
        name: "empty handler",
        of: `p99 of ${PACED.rate} a second, nothing else`,
        values: control,
        unit: "ms",
      },
      { name: "status", of: `p99 of ${PACED.rate} a second, nothing else`, values: quiet, unit: "ms" },
      { name: "status", of: `p99 of ${PACED.rate} a second while ${fanOut}`, values: busy, unit: "ms" },
    ],
    ratios: [
      { name: "status / empty handler", value: median(ours.perSecond) / median(theirs.perSecond) },
      { name: "status / empty handler, for each second of its core", value: share },
    ],
    verdicts: [
      {
        target: `at least ${SHARE} of the requests of an empty handler`,
        measured: `${short(share)} ×`,
        met: share >= SHARE,
      },
      { target: `p99 within ${P99} ms while ${fanOut}`, measured: `${short(p99)} ms`, met: p99 < P99 },
    ],
    notes: [
      `${CONNECTIONS} connections. Every answer was compared with the first, every viewer was proven to have got all lines.`,
    ],
  };
}

if (import.meta.main) await runAlone(run);
