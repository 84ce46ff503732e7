/**
 * Figure 7: an app that prints 100,000 lines as fast as it is let, while another one goes on: whether all lines are stored in
 * order, in how many commits, and by how much the other one's events come later.
 */
import { DeployId } from "../../lib/protocol/ids.ts";
import { until } from "../../tests/support/until.ts";
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { watchLog } from "../support/log_commits.ts";
import { LOAD_CORE, pinned } from "../support/process.ts";
import { type BenchServer, startServer } from "../support/server.ts";
import { median, type Percentiles } from "../support/stats.ts";
import { storedLog } from "../support/stored_log.ts";
import { type Subject, wakelight, watch } from "../support/subject.ts";
import { startSwarm, type Viewers } from "../support/swarm.ts";
import { short } from "../support/table.ts";

const LINES = 100_000;
const VIEWERS = 50;
/** Lines a second of the other app. */
const RATE = 20;
/** Milliseconds, and commits a second. */
const LATER = 50, COMMITS = 40;

interface Noisy {
  readonly id: string;
  /** Prints all lines within a new build. */
  build(): Promise<DeployId>;
}

/** An app whose build prints the lines, 80 characters each, before it starts. */
async function createNoisyApp(server: BenchServer): Promise<Noisy> {
  const start = "exec deno eval 'Deno.serve({ port: Number(Deno.env.get(`PORT`)) }, () => new Response())'";
  const print = pinned(LOAD_CORE, ["seq", "-f", `'n %06.0f ${".".repeat(71)}'`, "1", String(LINES)]).join(
    " ",
  );
  const app = await server.createApp({
    name: "Noisy",
    files: { "deno.json": "{}" },
    commands: { install: print, start },
  });
  let builds = 0;
  return {
    id: app.id,
    async build() {
      // A commit of its own each time: what was installed before would not be installed again.
      await app.push({ "build.txt": String(++builds) });
      const answer = await server.session.send("POST", `/api/apps/${app.id}/builds`, {});
      if (!answer.ok) throw new Error(`Cannot build: ${answer.status} ${await answer.text()}`);
      return DeployId.parse((await answer.json()).id);
    },
  };
}

interface Ingested {
  readonly linesPerSecond: number;
  readonly commitsPerSecond: number;
  /** Milliseconds, of the other app's lines. */
  readonly latency: Percentiles;
}

async function ingest(
  server: BenchServer,
  noisy: Noisy,
  viewers: Viewers,
  subject: Subject,
): Promise<Ingested> {
  const deployId = await noisy.build();
  const following = viewers.follow(subject.printer, { rate: RATE, seconds: 3 });
  const [stored, { seen }] = await Promise.all([
    watchLog(server.dataDir, deployId, LINES),
    following,
  ]);
  await until("the app runs", async () => {
    const { status } = await server.session.get<{ status: string }>(`/api/apps/${noisy.id}/status`);
    return status === "running";
  });
  const lines = (await storedLog(server, noisy.id)).flatMap((line) => /^n 0*(\d+) /.exec(line)?.[1] ?? []);
  const wrong = lines.findIndex((line, i) => Number(line) !== i + 1);
  if (lines.length !== LINES || wrong !== -1) {
    throw new Error(`${lines.length} of ${LINES} lines are stored; not in order from ${wrong} on`);
  }
  return {
    linesPerSecond: stored.lines / stored.seconds,
    commitsPerSecond: stored.commits / stored.seconds,
    latency: seen.latency,
  };
}

export async function run({ rounds }: RunOptions): Promise<Figure> {
  await using server = await startServer();
  await using subject = await wakelight(server);
  const noisy = await createNoisyApp(server);
  await using swarm = await startSwarm();
  const viewers = await watch(swarm, subject, { transport: "sse", count: VIEWERS });
  const quiet: Percentiles[] = [];
  const busy: Ingested[] = [];
  for (let round = 0; round < rounds; round++) {
    quiet.push((await viewers.follow(subject.printer, { rate: RATE, seconds: 3 })).seen.latency);
    busy.push(await ingest(server, noisy, viewers, subject));
  }
  await viewers.leave();

  const commits = median(busy.map(({ commitsPerSecond }) => commitsPerSecond));
  const later = (key: "p99" | "max") =>
    median(busy.map(({ latency }) => latency[key])) - median(quiet.map((latency) => latency[key]));
  const latencies = (key: "p50" | "p99" | "max") => [
    { name: "another app's events", of: key, values: quiet.map((latency) => latency[key]), unit: "ms" },
    {
      name: "another app's events meanwhile",
      of: key,
      values: busy.map(({ latency }) => latency[key]),
      unit: "ms",
    },
  ];
  return {
    id: "ingest",
    title: `A build that prints ${LINES} lines as fast as it is let`,
    rows: [
      { name: "lines stored", values: busy.map(({ linesPerSecond }) => linesPerSecond), unit: "lines/s" },
      {
        name: "commits of its log",
        values: busy.map(({ commitsPerSecond }) => commitsPerSecond),
        unit: "/s",
      },
      ...latencies("p50"),
      ...latencies("p99"),
      ...latencies("max"),
    ],
    ratios: [],
    verdicts: [
      {
        target: "no line is lost below the cap",
        measured: `${LINES} of ${LINES} stored in order`,
        met: true,
      },
      {
        target: `another app's events come no more than ${LATER} ms later`,
        measured: `p99 ${short(later("p99"))} ms, the latest ${short(later("max"))} ms later`,
        met: later("max") <= LATER,
      },
      {
        target: `at most ${COMMITS} commits/s`,
        measured: short(commits),
        met: commits <= COMMITS,
      },
    ],
    notes: [
      `The other app prints ${RATE} lines a second to ${VIEWERS} viewers, who were proven to have got them in order.`,
      "The log was read back and every line of it compared. Commits are counted by looks at its head from another process.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
