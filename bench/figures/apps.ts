/**
 * Figure 10: thousands of apps on one core, each with two viewers and a line a second: how late the lines come, and how the
 * server's work grows with the number of apps.
 */
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { startInstrumentedServer } from "../support/instrumented_server.ts";
import { startManyViewers } from "../support/many_viewers.ts";
import { median, type Percentiles } from "../support/stats.ts";
import { short } from "../support/table.ts";

const LEVELS = [250, 500, 1_000, 2_000];
const VIEWERS = 2;
/** Milliseconds. */
const P99 = 100;
/** By how much an app of the last level may cost more than one of the first. */
const BEND = 1.3;

interface Load {
  readonly latency: Percentiles;
  /** Milliseconds of processor time that the lines of one second took; more than 1,000 are more than a core has. */
  readonly work: number;
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const seconds = quick ? 2 : 8;
  await using server = await startInstrumentedServer("writing_entry.ts");
  const post = async <T>(path: string): Promise<T> => {
    const answer = await server.session.send("POST", path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const { ids } = await post<{ ids: string[] }>(`/bench-apps?count=${LEVELS.at(-1)}`);
  const paths = ids.map((id) => `/api/apps/${id}/events`);
  await using viewers = startManyViewers(server.port, server.apiToken);
  /** Each of the first apps prints a line a second for so long. */
  const print = async (count: number, seconds: number) => {
    const lines = count * seconds * VIEWERS;
    const [latency] = await Promise.all([
      viewers.complete(lines, seconds * 1000 + 60_000),
      post(`/bench-lines?apps=${count}&seconds=${seconds}`),
    ]);
    return latency;
  };
  const loads = new Map<number, Load[]>();
  let open = 0;
  for (const count of LEVELS) {
    const more = paths.slice(open, count);
    await viewers.open(Array.from({ length: VIEWERS }, () => more).flat());
    open = count;
    const all: Load[] = [];
    // Code that has never run is not what is measured.
    if (count === LEVELS[0]) await print(count, 1);
    for (let round = 0; round < (quick ? 1 : rounds); round++) {
      const before = server.cpuSeconds();
      const latency = await print(count, seconds);
      all.push({ latency, work: (server.cpuSeconds() - before) / seconds * 1000 });
    }
    loads.set(count, all);
  }

  const of = (count: number, value: (load: Load) => number) => median(loads.get(count)!.map(value));
  const perApp = (count: number) => of(count, ({ work }) => work) / count;
  const most = LEVELS.at(-1)!;
  const p99 = of(most, ({ latency }) => latency.p99);
  const bend = perApp(most) / perApp(LEVELS[0]);
  const rows = (what: string, unit: string, value: (load: Load) => number) =>
    LEVELS.map((count) => ({ name: `${count} apps`, of: what, values: loads.get(count)!.map(value), unit }));
  return {
    id: "apps",
    title: `Many apps with ${VIEWERS} viewers and a line a second each`,
    rows: [
      ...rows("p50", "ms", ({ latency }) => latency.p50),
      ...rows("p99", "ms", ({ latency }) => latency.p99),
      ...rows("processor time of a second's lines", "ms", ({ work }) => work),
    ],
    ratios: [{ name: `work for each app, of ${most} / of ${LEVELS[0]}`, value: bend }],
    verdicts: [
      { target: `${most} apps: p99 within ${P99} ms`, measured: `${short(p99)} ms`, met: p99 < P99 },
      {
        target: "the work grows linearly",
        measured: `${short(perApp(LEVELS[0]))} ms a second for each of ${LEVELS[0]} apps, ` +
          `${short(perApp(most))} ms for each of ${most}`,
        met: bend <= BEND,
      },
    ],
    notes: [
      "Every viewer was proven to have got all lines in order, each once.",
      "Thousands of sandbox processes do not fit on the machine: within the server, lines are handed to the log as the runner " +
      "hands on what a process prints.",
    ],
    plots: [{
      id: "apps",
      title: `The server's work, ${VIEWERS} viewers and a line a second for each app`,
      kind: "lines",
      x: "apps",
      y: "ms of processor time for a second's lines",
      series: [{
        name: "Wakelight",
        points: LEVELS.map((count) => [count, of(count, ({ work }) => work)] as const),
      }],
    }],
  };
}

if (import.meta.main) await runAlone(run);
