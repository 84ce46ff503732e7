/** One schedule from its seed to its verdict: a storm, a calm, and then the questions. */
import { createPreviewStore } from "../../../lib/kv/previews.ts";
import { statusPayload } from "../../../lib/preview/derive.ts";
import { APP_ID, URL } from "../../preview/samples.ts";
import { move } from "./moves.ts";
import { revival } from "./revival.ts";
import { World } from "./world.ts";

/** X3: milliseconds in which what the dead left is taken over. */
const HEALED_WITHIN = 62_000;
/** Milliseconds for which an isolate counts that died. */
const ISOLATE_LIFE = 24_100;
/** Milliseconds in which a viewer has everything: where watches hear, and where isolates have to poll. */
const NEAR = 150;
const FAR = 1_500;
/** Of all schedules: they end with an isolate that comes back. */
const REVIVALS = 0.06;

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  /** Tasks and timers that were run, commits that were seen, and what people were told. */
  readonly turns: number;
  readonly revs: number;
  readonly items: number;
}

/** @param story told, line by line, what happens */
export async function runSchedule(
  seed: number,
  story: ((line: string) => void) | null = null,
): Promise<Verdict> {
  const kv = await Deno.openKv(":memory:");
  const world = new World(seed, kv, story);
  const restore = world.clock.install(world.random);
  const { error, log } = console;
  console.error = console.log = (...args: unknown[]) => world.tell(args.join(" "));
  const stray = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    world.violate(`nobody catches ${event.reason?.stack ?? event.reason}`);
  };
  addEventListener("unhandledrejection", stray);
  try {
    await world.begin();
    await storm(world);
    await calm(world);
    await quiet(world);
    if (world.violations.length === 0 && world.random.chance(REVIVALS)) await revival(world);
  } catch (error) {
    world.violate(`the schedule breaks: ${error instanceof Error ? error.stack : error}`);
  } finally {
    removeEventListener("unhandledrejection", stray);
    Object.assign(console, { error, log });
    restore();
    kv.close();
  }
  const { violations, scheduler, ledger, people } = world;
  const items = people.reduce((sum, { seen }) => sum + seen.items, 0);
  return { seed, violations, turns: scheduler.turns, revs: ledger.record.rev, items };
}

async function storm(world: World): Promise<void> {
  const { random, scheduler, profile } = world;
  // Sometimes from a cold start, sometimes with everything up.
  if (random.chance(0.8)) await scheduler.steps(40);
  if (random.chance(0.7)) world.people[0].come();
  for (let i = 0; i < profile.moves && world.violations.length === 0; i++) {
    await move(world);
    await scheduler.steps(random.pick([0, 1, 3, 8, 20, 60]));
  }
}

/** Faults stop, the dead are replaced, leases lapse, and whatever is under way comes to its end. */
async function calm(world: World): Promise<void> {
  const { scheduler, host, random, profile } = world;
  world.tell("-- calm");
  scheduler.stormy = false;
  world.sea.lockedUntil = 0;
  for (const isolate of world.living) {
    if (isolate.stalled) isolate.wokeAt = world.clock.now;
    isolate.stalled = false;
    isolate.callsLeft = Infinity;
  }
  // Draining ones end.
  await scheduler.pass(5_000);
  for (let ready = world.living.filter((isolate) => isolate.ready).length; ready < 2; ready++) world.start();
  await scheduler.pass(100);
  if (random.chance(0.7)) world.people[0].come();
  for (const delivery of host.unanswered) host.deliver(delivery, world.anyReady()!);
  // Every isolate has looked by itself then.
  await scheduler.pass(16_000);
  for (let waited = 16_000; waited < HEALED_WITHIN && !healed(world); waited += 8_000) {
    await scheduler.pass(8_000);
  }
  // Whoever builds now began after the calm did.
  for (let round = 0; round < 8 && building(world); round++) {
    for (const run of world.running) {
      run.write(random.int(1, 4), 20);
      if (random.chance(0.8)) run.succeed();
      else run.fail();
    }
    await scheduler.pass(profile.deaf ? FAR : NEAR);
  }
  check(world);
  // The grace after somebody left may just be running, or the lease of an isolate that died with viewers.
  await scheduler.pass(Math.max(6_000, world.lastDeath + ISOLATE_LIFE - world.clock.now));
  await checkPresence(world);
}

const building = ({ ledger, running }: World) =>
  ledger.record.build !== null || running.some(({ state }) => state === "building");

/** True where nothing waits for a lease to lapse, or for a sweep. */
function healed({ ledger: { record, deliveries }, running, people }: World): boolean {
  const lives = (token: string | null | undefined) => running.some(({ job }) => job.token === token);
  return (record.build === null || lives(record.build.token)) &&
    (record.instance === null || lives(record.instance.token)) &&
    (record.pendingBuild === null || !people.some(({ looks }) => looks)) &&
    [...deliveries.values()].every((state) => state === "handled");
}

/** Every isolate counts those that have viewers, and counts them right. */
async function checkPresence(world: World): Promise<void> {
  const { scheduler, people } = world;
  const there = new Set(people.map(({ isolate }) => isolate).filter((isolate) => isolate !== null));
  for (const isolate of world.living) {
    let count = -1;
    scheduler.add(
      isolate,
      "counts",
      () => void isolate.presence!.count(APP_ID).then((found) => count = found),
    );
    await scheduler.pass(10);
    if (count !== there.size) {
      world.violate(`${count} isolates have viewers, by ${isolate.name}, not ${there.size}`);
    }
  }
}

function check(world: World): void {
  const { ledger: { record }, people, living, host } = world;
  const text = JSON.stringify(record);
  const looking = people.filter(({ looks }) => looks);
  if (record.build) world.violate(`it builds for ever: ${text}`);
  if (looking.length > 0 && record.pendingBuild) world.violate(`3: somebody looks, and it waits: ${text}`);
  if ((record.pushed?.commit ?? null) !== host.head) {
    world.violate(`2: pushed is ${host.head}, known ${text}`);
  }
  for (const [name, state] of world.ledger.deliveries) {
    if (state !== "handled") world.violate(`${name} was never handled`);
  }
  for (const { stopping, job: { token } } of world.running) {
    // A goodbye may take its time.
    if (!stopping && record.instance?.token !== token) world.violate(`1: ${token} runs on, ${text}`);
  }
  if (record.instance && !world.running.some(({ job }) => job.token === record.instance!.token)) {
    world.violate(`an instance that is no more: ${text}`);
  }
  const status = JSON.stringify(statusPayload(record, URL));
  for (const { name, seen, isolate } of looking) {
    if (!isolate) world.violate(`${name} is not connected`);
    if (!seen.complete) {
      world.violate(`${name} stands at ${JSON.stringify(seen.position)}, things at ${record.rev}: ${text}`);
    }
    if (JSON.stringify(seen.status) !== status) {
      world.violate(`${name} was told ${JSON.stringify(seen.status)}, it is ${status}`);
    }
  }
  for (const isolate of living) {
    const here = people.filter((person) => person.isolate === isolate).length;
    if (isolate.hub!.viewers !== here) {
      world.violate(`${isolate.name} has ${isolate.hub!.viewers} viewers, not ${here}`);
    }
  }
}

/** When the last person has gone nobody is there, and a push waits. */
async function quiet(world: World): Promise<void> {
  if (world.violations.length > 0) return;
  const { scheduler, people, host, ledger } = world;
  for (const person of people) person.go();
  await scheduler.pass(7_000);
  for (const isolate of world.living) {
    const { name, hub, presence } = isolate;
    if (hub!.viewers !== 0) world.violate(`${name} still has ${hub!.viewers} viewers`);
    if (presence!.here(APP_ID)) world.violate(`${name} takes somebody for present`);
  }
  await checkPresence(world);
  host.deliver(host.push(), world.anyReady()!);
  await scheduler.pass(2_000);
  const { record } = ledger;
  if (record.build || record.pendingBuild?.commit !== host.head) {
    world.violate(`A12: nobody looks, and a push is not kept: ${JSON.stringify(record)}`);
  }
  // A12: the next one who comes starts that build, at once.
  people[0].come();
  await scheduler.pass(NEAR);
  if (ledger.record.build?.commit !== host.head) {
    world.violate(`A12: somebody came, and it waits: ${JSON.stringify(ledger.record)}`);
  }
  const loaded = await createPreviewStore(world.sea.kv).load(APP_ID);
  if (JSON.stringify(loaded?.record) !== JSON.stringify(ledger.record)) world.violate("the ledger is wrong");
}
