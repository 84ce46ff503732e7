/** What may happen in a schedule besides faults of single calls. */
import { nextDeployId } from "../../../lib/preview/deploy_id.ts";
import { RENEW_EVERY } from "../../../lib/preview/run.ts";
import type { Loaded } from "../../../lib/preview/store.ts";
import type { World } from "./world.ts";

const WEIGHTS = {
  push: 4,
  redeliver: 2,
  come: 5,
  drop: 3,
  go: 2,
  pace: 1,
  wake: 2,
  sleep: 1,
  cancel: 1,
  build: 2,
  wait: 5,
  lock: 1,
};
const RUNS = { write: 12, starting: 1, succeed: 4, fail: 2, exit: 2 };
const DEATHS = { kill: 1, dieSoon: 3, drain: 1, start: 2 };
const STALLS = { stall: 2 };
const BRINKS = { brink: 3 };
const TRIMS = { trim: 2 };

export async function move(world: World): Promise<void> {
  const { random, profile, scheduler, people, host, ledger } = world;
  const weights = {
    ...WEIGHTS,
    ...(world.running.length > 0 ? RUNS : {}),
    ...(profile.deaths ? DEATHS : {}),
    ...(profile.stalls ? STALLS : {}),
    ...(profile.brinks && world.running.length > 0 ? BRINKS : {}),
    ...(profile.trims ? TRIMS : {}),
  } as typeof WEIGHTS & typeof RUNS & typeof DEATHS & typeof STALLS & typeof BRINKS & typeof TRIMS;
  const what = random.weighted(weights);
  const isolate = world.anyReady();
  const person = random.pick(people);
  const run = world.running.length > 0 ? random.pick(world.running) : undefined;
  const draw = ({ record }: Loaded) => nextDeployId(record.latest?.deployId ?? null, Date.now());
  world.tell(`-- ${what}`);
  switch (what) {
    case "push": {
      const delivery = host.push();
      if (isolate) host.deliver(delivery, isolate, random.pick([0, 0, 0, 500]));
      return;
    }
    case "redeliver":
      if (isolate && host.deliveries.length > 0) {
        const delivery = random.pick(host.deliveries.slice(-4));
        for (let n = random.int(1, 3); n > 0; n--) host.deliver(delivery, world.anyReady()!);
      }
      return;
    case "come":
      return person.come();
    case "drop":
      return person.drop();
    case "go":
      return person.go();
    case "pace":
      person.slow = !person.slow;
      return;
    case "write":
      return run?.write(random.pick([1, 1, 2, 5, 20]), random.pick([20, 20, 100]));
    case "starting":
      return run?.starting();
    case "succeed":
      return run?.succeed();
    case "fail":
      return run?.fail();
    case "exit":
      if (run?.state === "live") {
        run.end(random.chance(0.5) ? { exitCode: 1, signal: null } : { exitCode: null, signal: "SIGKILL" });
      }
      return;
    case "wake": {
      const by = random.pick(["person", "visit"] as const);
      return isolate?.ask("wake", (loaded) => ({ type: "wake-requested", by, deployId: draw(loaded) }));
    }
    case "sleep":
      return isolate?.ask("sleep", { type: "sleep-requested" });
    case "cancel":
      return isolate?.ask("cancel", { type: "cancel-requested" });
    case "build": {
      const commit = ledger.record.pushed?.commit;
      if (!commit) return;
      return isolate?.ask(
        "build",
        (loaded) => ({ type: "build-requested", commit, deployId: draw(loaded) }),
      );
    }
    case "wait":
      return await scheduler.pass(random.pick([5, 30, 200, 1_000, 6_000, 12_000]));
    case "lock":
      world.sea.lockedUntil = world.clock.now + random.int(50, 1_200);
      return;
    case "kill":
      if (isolate) world.kill(isolate);
      return;
    case "dieSoon":
      if (isolate) isolate.callsLeft = random.int(1, 14);
      return;
    case "drain":
      if (isolate) scheduler.add(isolate, "drains", () => isolate.drain());
      return;
    case "start":
      if (world.living.length < 4) world.start();
      return;
    case "stall": {
      if (!isolate) return;
      isolate.stalled = true;
      scheduler.add(null, `${isolate.name} goes on`, () => {
        // The calm has let all go on.
        if (!scheduler.stormy) return;
        isolate.stalled = false;
        isolate.wokeAt = world.clock.now;
      }, random.pick([500, 5_000, 29_000, 45_000]));
      return await scheduler.pass(random.pick([0, 0, 6_000, 35_000]));
    }
    case "brink": {
      const builder = world.living.find(({ runs }) => runs.includes(run!));
      if (run?.state !== "building" || !builder) return;
      const renewal = RENEW_EVERY - (world.clock.now - run.startedAt) % RENEW_EVERY;
      await scheduler.pass(Math.max(renewal - random.int(50, 1_000), 0));
      builder.lateUntil = world.clock.now + 5_000;
      return run.succeed();
    }
    case "trim":
      return await world.trim(ledger.record.rev - random.int(0, 3));
  }
}
