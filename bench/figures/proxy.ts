/**
 * Figure 9: an app asked directly, at its own port, and through the preview proxy: answers of 1 KB and 1 MB, how much later
 * the first byte comes, and round trips on WebSockets. The app runs on the core of the load, the proxy has one of its own.
 * Beside them a proxy that does nothing but `fetch`, which is as near as Deno's own parts come.
 */
import { startBareProxy } from "../baselines/bare_proxy.ts";
import { until } from "../../tests/support/until.ts";
import { echoLoad } from "../support/echo_load.ts";
import { type Figure, type Row, runAlone, type RunOptions, type Verdict } from "../support/figure.ts";
import { httpLoad } from "../support/http_load.ts";
import { cpuSeconds, LOAD_CORE, pinned } from "../support/process.ts";
import { type BenchServer, startServer } from "../support/server.ts";
import { median } from "../support/stats.ts";
import { short } from "../support/table.ts";

const CONNECTIONS = 16;
const SIZES = [["1 KB", 1024], ["1 MB", 1024 * 1024]] as const;
/** Of what the app does when it is asked directly. */
const SHARE = 0.5;
/** Milliseconds by which the first byte may be later. */
const LATER = 2;
/** Seconds, once for each way and length. */
const WARM_UP = 1.5;
/** One at a time, as a person clicks. */
const PACED = { rate: 50, connections: 1 };

/** Where the app is reached. */
interface Way {
  readonly name: string;
  readonly port: number;
  readonly host: string;
  /** Of the proxy, null where there is none. */
  readonly pid: number | null;
}

/** @returns both ways to it, the direct one first */
async function createApp(server: BenchServer): Promise<readonly [Way, Way]> {
  const script = await Deno.readTextFile(new URL("../support/answering.ts", import.meta.url));
  const start = pinned(LOAD_CORE, [
    "deno",
    "run",
    "--no-lock",
    "--allow-net=127.0.0.1",
    "--allow-env",
    "app.ts",
  ]);
  const app = await server.createApp({
    name: "Answering",
    files: { "deno.json": "{}", "app.ts": script },
    commands: { install: "true", start: `exec ${start.join(" ")}` },
  });
  await (await server.session.send("POST", `/api/apps/${app.id}/builds`, {})).body?.cancel();
  await until("the app runs", async () => (await app.status()).status === "running", {
    within: 60_000,
    about: async () => (await app.log()).join("\n"),
  });
  const port = Number(/^answers at (\d+)$/m.exec((await app.log()).join("\n"))?.[1]);
  return [
    { name: "direct", port, host: `127.0.0.1:${port}`, pid: null },
    { name: "preview proxy", port: server.port, host: new URL(app.previewUrl).host, pid: server.pid },
  ];
}

export async function run({ rounds, quick }: RunOptions): Promise<Figure> {
  const time = quick ? { seconds: 0.4, warmUp: 0.1 } : { seconds: 3 };
  await using server = await startServer();
  const [direct, proxied] = await createApp(server);
  await using bareProxy = await startBareProxy(direct.port);
  const bare: Way = { ...direct, name: "bare proxy", port: bareProxy.port, pid: bareProxy.pid };
  const ways = [direct, bare, proxied];
  const rows: Row[] = [];
  const ratios: Figure["ratios"][number][] = [];
  const verdicts: Verdict[] = [];

  /** Measures all ways in turn. @returns the medians, in their order */
  async function all(of: string, unit: string, measure: (way: Way) => Promise<number>): Promise<number[]> {
    const values = ways.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, way] of ways.entries()) values[i].push(await measure(way));
    }
    ways.forEach(({ name }, i) => rows.push({ name, of, values: values[i], unit }));
    return values.map(median);
  }

  function compare(what: string, [direct, bare, ours]: readonly number[]): void {
    const value = ours / direct;
    ratios.push({ name: `${what}, preview proxy / direct`, value });
    ratios.push({ name: `${what}, bare proxy / direct`, value: bare / direct });
    verdicts.push({
      target: `${what}: at least ${SHARE} of direct`,
      measured: `${short(value)} ×`,
      met: value >= SHARE,
    });
  }

  for (const [name, length] of SIZES) {
    const asked = ({ port, host }: Way) => ({
      port,
      path: `/bytes?length=${length}`,
      headers: { Host: host },
      expect: { length },
    });
    const load = { connections: CONNECTIONS, ...time };
    // Code that has never run is not what is measured.
    for (const way of ways) await httpLoad({ ...asked(way), ...load, seconds: 0.1, warmUp: WARM_UP });
    const perCore = new Map<Way, number[]>();
    compare(
      `answers of ${name}`,
      await all(name, "requests/s", async (way) => {
        const before = way.pid === null ? 0 : cpuSeconds(way.pid);
        const { requests, perSecond } = await httpLoad({ ...asked(way), ...load, warmUp: 0 });
        const took = way.pid === null ? 0 : cpuSeconds(way.pid) - before;
        if (took > 0) perCore.set(way, [...perCore.get(way) ?? [], requests / took]);
        return perSecond;
      }),
    );
    for (const way of [bare, proxied]) {
      const values = perCore.get(way) ?? [];
      rows.push({ name: way.name, of: `${name}, for each second of its core`, values, unit: "requests" });
    }
    const [theirs, mine] = [bare, proxied].map((way) => median(perCore.get(way) ?? []));
    ratios.push({ name: `answers of ${name}, preview / bare proxy, by core`, value: mine / theirs });
    const [soonest, , ours] = await all(
      `${name}, first byte, one at a time`,
      "ms",
      async (way) => (await httpLoad({ ...asked(way), ...PACED, ...time })).firstByte.p50,
    );
    const later = ours - soonest;
    verdicts.push({
      target: `first byte of ${name} within ${LATER} ms of direct`,
      measured: `${short(later)} ms later`,
      met: later <= LATER,
    });
  }
  compare(
    "WebSocket echo",
    await all(
      "WebSocket echo",
      "round trips/s",
      async ({ port, host }) =>
        (await echoLoad({ port, host, path: "/echo", connections: CONNECTIONS, ...time })).perSecond,
    ),
  );
  return {
    id: "proxy",
    title: "The preview proxy",
    rows,
    ratios,
    verdicts,
    notes: [`${CONNECTIONS} connections. Every answer was compared byte by byte, and every message.`],
  };
}

if (import.meta.main) await runAlone(run);
