/**
 * `deno task soak`: many viewers, builds, kills and slow readers for 10 minutes (`--minutes=10`), on the production build
 * with two isolates and a second server beside it. It fails if an isolate's heap does not come back to where it began, if
 * any viewer saw a hole, a repeat or disorder, or if a process or a folder is left. `--seed=1` draws the same chances.
 */
import { Random } from "./schedule/random.ts";
import { openHouse } from "./processes/house.ts";
import { audit, leftBehind } from "./soak/audit.ts";
import { type Held, heldBy, processorTime } from "./soak/held.ts";
import { Ledger } from "./soak/ledger.ts";
import { atRest, putOn, WORKERS } from "./soak/load.ts";
import { install, noisyApp, START } from "./soak/noisy_app.ts";
import { errorsIn, line, summary } from "./soak/report.ts";
import { verdict } from "./soak/verdict.ts";
import { SETTINGS, type World } from "./soak/world.ts";

const options = Object.fromEntries(Deno.args.map((arg) => arg.replace(/^--/, "").split("=")));
const minutes = Number(options.minutes ?? 10);
const seed = Number(options.seed ?? Date.now() % 1_000_000);
const MINUTE = 60_000;

const house = await openHouse();
const wrong: string[] = [];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => house.close().finally(() => Deno.exit(130)));
}
try {
  await soak();
} catch (error) {
  wrong.push(error instanceof Error ? `${error.stack}` : String(error));
  console.error(house.output().slice(-20_000));
}
try {
  await house.close();
} catch (error) {
  wrong.push(String(error));
}
for (const text of wrong.slice(0, 50)) console.log(`WRONG: ${text}`);
console.log(wrong.length === 0 ? "The soak ended where it began." : `${wrong.length} things went wrong.`);
Deno.exit(wrong.length === 0 ? 0 : 1);

async function soak(): Promise<void> {
  console.log(`soak of ${minutes} minutes, seed ${seed}`);
  const server = await house.start({
    workers: WORKERS,
    entry: new URL("./soak/entry.ts", import.meta.url).href,
    fromSources: true,
    v8Flags: "--expose-gc",
    env: SETTINGS,
  });
  const make = (name: string, noise: Parameters<typeof noisyApp>[0], lines: number) =>
    house.createApp(server, {
      name,
      files: noisyApp(noise),
      commands: { install: install(lines), start: START },
    });
  const world: World = {
    house,
    server,
    other: null,
    apps: [
      await make("Quiet", { every: 250, lines: 1, length: 40 }, 5),
      await make("Busy", { every: 500, lines: 5, length: 120 }, 20),
      await make("Loud", { every: 5_000, lines: 400, length: 1_000 }, 5),
    ],
    ledger: new Ledger(),
    counts: { visits: 0, sandboxes: 0, servers: 0, apps: 0, cut: 0 },
    random: new Random(seed),
  };
  const residents = new Map();

  let measured = { at: performance.now(), seconds: 0 };
  /** Without what a killed server used. */
  const load = () => {
    const pids = [Deno.pid, server.pid, ...(world.other === null ? [] : [world.other.pid])];
    const now = { at: performance.now(), seconds: pids.reduce((sum, pid) => sum + processorTime(pid), 0) };
    const taken = (now.seconds - measured.seconds) * 1000 / (now.at - measured.at);
    measured = now;
    return Math.max(0, taken);
  };
  const tell = (what: string, held: Held) => console.log(line(what, held, world, load()));
  const minute = () => new Promise((resolve) => setTimeout(resolve, MINUTE));

  load();
  const rests: Held[] = [];
  // The first minute warms up. Of the others, each third ends with a rest: growth from one to the next is no chance.
  const stretches = minutes < 6 ? [minutes] : [0, 1, 2].map((i) => Math.floor((minutes + i) / 3));
  let passed = 0;
  for (const stretch of [1, ...stretches]) {
    const takeOff = putOn(world, residents);
    for (let i = 0; i < stretch; i++) {
      await minute();
      tell(rests.length === 0 ? "warm-up" : `minute ${++passed}`, await heldBy(server, WORKERS));
    }
    await takeOff();
    rests.push(await atRest(world));
    tell(rests.length === 1 ? "began" : `rest ${rests.length - 1}`, rests.at(-1)!);
  }

  await audit(world, residents);
  await server.stop();
  if (server.exitCode !== 0) wrong.push(`the server ended with status ${server.exitCode}`);
  for (const error of errorsIn(house.output())) console.log(`logged: ${error}`);
  wrong.push(...verdict(rests), ...await leftBehind(world), ...world.ledger.problems);
  console.log(summary(minutes, rests[0], rests.at(-1)!, world));
}
