/**
 * An isolate that somebody looks through is silent for so long that others take it for dead, and a push comes meanwhile.
 * Nothing tells it: its watch has said all it had to say, or was lost. What it has to go by is that its own heartbeat
 * came too late. It reads again then, which has to bring the build about before the next poll would.
 */
import type { Isolate } from "./isolate.ts";
import type { World } from "./world.ts";

/** Milliseconds after which an isolate that does not renew counts as dead, and between two of its heartbeats. */
const ISOLATE_LIFE = 24_000;
const HEARTBEAT = 8_000;
/** Milliseconds in which what it found is claimed. */
const CLAIMED_WITHIN = 150;

/** The one that somebody looks through must be the only one. */
export async function revival(world: World): Promise<void> {
  const { random, scheduler, ledger, people, host } = world;
  const isolate = people.find(({ looks }) => looks)?.isolate;
  if (!isolate) return;
  world.tell("-- revival");
  await endAll(world);
  const away = ISOLATE_LIFE + random.int(100, 10_000);
  if (random.chance(0.5)) await diskFull(world, away);
  else await frozen(world, isolate, away);
  const { pendingBuild, build } = ledger.record;
  if (build || pendingBuild?.commit !== host.head) {
    return world.violate(`3: nobody could build, and a push is not kept: ${JSON.stringify(ledger.record)}`);
  }
  await scheduler.pass(HEARTBEAT + CLAIMED_WITHIN);
  const text = JSON.stringify(ledger.record);
  if (ledger.record.build?.commit !== host.head) {
    return world.violate(`3: ${isolate.name} is back, somebody looks there, and it waits: ${text}`);
  }
  for (const { name, looks, seen } of people) {
    if (looks && !seen.complete) world.violate(`${name} was not told what ${isolate.name} found: ${text}`);
  }
}

/** An app with a lease would be found by the sweep. */
async function endAll({ living, scheduler, profile }: World): Promise<void> {
  for (const isolate of living) {
    for (const run of isolate.runs.filter(({ alive }) => alive)) {
      scheduler.add(isolate, `${run.job.token} ends`, () => {
        if (run.state === "live") run.end({ exitCode: 0, signal: null });
        else run.fail();
      });
    }
  }
  await scheduler.pass(profile.deaf ? 1_500 : 150);
}

/** The watch has told of the push; the claim that was to follow is refused, and so is every heartbeat. */
async function diskFull(world: World, away: number): Promise<void> {
  const { scheduler, ledger, host, sea } = world;
  host.deliver(host.push(), world.anyReady()!);
  for (let i = 0; i < 200 && ledger.record.pendingBuild === null; i++) await scheduler.steps(1);
  sea.full = true;
  await scheduler.pass(away);
  sea.full = false;
}

/** The machine under it sleeps: the push goes elsewhere, and its watch is a connection that only seems to be there. */
async function frozen(world: World, isolate: Isolate, away: number): Promise<void> {
  const { scheduler, clock, host, sea, random, living } = world;
  isolate.stalled = true;
  sea.watches.bury(isolate);
  const elsewhere = living.filter((other) => other !== isolate && other.ready);
  host.deliver(host.push(), random.pick(elsewhere), random.int(0, away - 1_000));
  await scheduler.pass(away);
  isolate.stalled = false;
  clock.slept(isolate, away);
}
