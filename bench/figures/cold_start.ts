/**
 * Figure 11: how long the production build takes from its spawn to its first answer, in an empty data folder and in one
 * that has been lived in, beside an empty `deno serve`, which is what the runtime needs by itself.
 */
import { startProduction } from "../../tests/faults/processes/production.ts";
import { createApp } from "../../tests/support/preview_app.ts";
import { processesOf } from "../../tests/support/processes.ts";
import { requestsWith, signInCookie } from "../../tests/support/session.ts";
import { until } from "../../tests/support/until.ts";
import { buildServer, startCold } from "../support/cold_server.ts";
import { type Figure, runAlone, type RunOptions } from "../support/figure.ts";
import { median } from "../support/stats.ts";

/** Milliseconds. */
const TARGET = 400;
const STARTS = { quick: 3, full: 12 };
/** What the used folder has: so many apps, one of which was built and has a log of so many lines. */
const APPS = 20, LINES = 100_000;

interface Way {
  readonly path: string;
  readonly expected: RegExp;
  readonly folder: "empty" | "used";
  /** How it is ended, and so what the next start finds. */
  readonly end: "SIGTERM" | "SIGKILL";
}

const HEALTH = { path: "/healthz", expected: /"ok":true/, end: "SIGTERM" } as const;
const BOARD = { path: "/", expected: /App 0.*App 19/s, folder: "used" } as const;
const WAYS: Readonly<Record<string, Way>> = {
  "empty folder, /healthz": { ...HEALTH, folder: "empty" },
  "empty folder, /sign-in": { path: "/sign-in", expected: /<html/, folder: "empty", end: "SIGTERM" },
  "used folder, /healthz": { ...HEALTH, folder: "used" },
  "used folder, / signed in": { ...BOARD, end: "SIGKILL" },
  "used folder after SIGKILL, / signed in": { ...BOARD, end: "SIGTERM" },
};

const RUNTIME = "deno serve without an app";
const NOTHING = "data:text/javascript,export default { fetch: () => new Response('ok') }";

/** Lives in the folder for a while. @returns the cookie of a session in it */
async function use(dataDir: string): Promise<string> {
  const server = await startProduction(dataDir);
  try {
    const cookie = await signInCookie(server);
    const session = requestsWith(server, cookie);
    const commands = {
      install: `seq -f 'a line of the log %.0f' ${LINES}`,
      start: "exec deno eval 'Deno.serve({ port: Number(Deno.env.get(`PORT`)) }, () => new Response())'",
    };
    for (let i = 0; i < APPS; i++) {
      const app = await createApp(server, session, {
        name: `App ${i}`,
        files: { "deno.json": "{}" },
        commands,
      });
      if (i > 0) continue;
      await (await session.send("POST", `/api/apps/${app.id}/builds`, {})).body?.cancel();
      await until("the app runs", async () => (await app.status()).status === "running", { within: 60_000 });
    }
    return cookie;
  } finally {
    await server.stop();
  }
}

/** Milliseconds until the answer. */
interface Start {
  readonly passed: number;
  readonly cpu: number;
}

async function time(module: string, dataDir: string, way: Way, cookie: string): Promise<Start> {
  const server = await startCold({ module, dataDir, path: way.path, headers: { cookie } });
  await server.end(way.end);
  if (server.status !== 200 || !way.expected.test(server.body)) {
    throw new Error(`Not what was expected: ${server.status} ${server.body.slice(0, 500)}`);
  }
  return { passed: server.answered, cpu: server.cpu };
}

export async function run({ quick }: RunOptions): Promise<Figure> {
  const module = await buildServer();
  const folder = await Deno.makeTempDir({ prefix: "wakelight-cold-" });
  const makeDir = () => Deno.makeTempDir({ dir: folder });
  const starts: Record<string, Start[]> = { [RUNTIME]: [] };
  try {
    const used = await makeDir();
    const cookie = await use(used);
    for (let i = 0; i < (quick ? STARTS.quick : STARTS.full); i++) {
      const nothing: Way = { path: "/", expected: /^ok$/, folder: "empty", end: "SIGTERM" };
      starts[RUNTIME].push(await time(NOTHING, await makeDir(), nothing, cookie));
      for (const [name, way] of Object.entries(WAYS)) {
        const dataDir = way.folder === "used" ? used : await makeDir();
        (starts[name] ??= []).push(await time(module, dataDir, way, cookie));
      }
    }
  } finally {
    await until("nothing is left", async () => (await processesOf(folder)).length === 0);
    await Deno.remove(folder, { recursive: true });
  }
  const names = Object.keys(WAYS);
  const middle = (name: string, key: keyof Start) => median(starts[name].map((start) => start[key]));
  const slowest = Math.max(...names.map((name) => middle(name, "passed")));
  const busiest = Math.max(...names.map((name) => middle(name, "cpu")));
  const rows = (key: keyof Start, of: string) =>
    Object.entries(starts).map(([name, all]) => ({
      name,
      of,
      values: all.map((one) => one[key]),
      unit: "ms",
    }));
  return {
    id: "cold_start",
    title: "From the spawn to the first answer, on one core",
    rows: [...rows("passed", "time"), ...rows("cpu", "processor time")],
    ratios: names.map((name) => ({
      name: `${name} / ${RUNTIME}, processor time`,
      value: middle(name, "cpu") / middle(RUNTIME, "cpu"),
    })),
    verdicts: [{
      target: `first answer within ${TARGET} ms`,
      measured: `${slowest.toFixed(0)} ms, the slowest of ${names.length} ways; ` +
        `${busiest.toFixed(0)} ms of processor time`,
      met: slowest < TARGET,
    }],
    notes: [
      `The used folder has ${APPS} apps and a log of ${LINES} lines. Every answer was looked at.`,
      "On a core that others use too, the time that passed is theirs as well: compare it with the processor time.",
    ],
  };
}

if (import.meta.main) await runAlone(run);
