import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import fc from "fast-check";
import { createAppStore } from "../../lib/kv/apps.ts";
import { createPreviewStore } from "../../lib/kv/previews.ts";
import { nextDeployId } from "../../lib/preview/deploy_id.ts";
import type { PreviewRecord } from "../../lib/preview/record.ts";
import type { CommitId } from "../../lib/protocol/ids.ts";
import { createIsolate, type Isolate, traffic } from "./isolates.ts";
import { APP, APP_ID, commit } from "./samples.ts";

/** Taken before FakeTime: lets the store's own work happen. */
const realTimeout = setTimeout;
const breathe = (ms = 0) => new Promise((resolve) => realTimeout(resolve, ms));

class World implements AsyncDisposable {
  readonly time = new FakeTime(1_000_000);
  readonly isolates: Isolate[] = [];
  #count = 0;
  private constructor(readonly kv: Deno.Kv) {}

  static async create(isolates: number): Promise<World> {
    const world = new World(await Deno.openKv(":memory:"));
    await createAppStore(world.kv).create(APP);
    for (let i = 0; i < isolates; i++) world.add();
    return world;
  }
  add(): Isolate {
    const isolate = createIsolate(this.kv, `isolate-${this.#count++}`, () => Date.now());
    this.isolates.push(isolate);
    return isolate;
  }
  get living(): Isolate[] {
    return this.isolates.filter(({ alive }) => alive);
  }
  /** Until nothing moves any more. */
  async settle(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < 3;) {
      await breathe();
      await this.time.tickAsync(20);
      quiet = traffic.calls === 0 && traffic.total === seen ? quiet + 1 : 0;
      seen = traffic.total;
    }
  }
  /** Time goes by, in steps that renewals keep up with. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10_000) {
      await this.time.tickAsync(Math.min(left, 10_000));
      await this.settle();
    }
  }
  /** Lets leases of the dead lapse; the living renew theirs, as their timers do. */
  async lapse(): Promise<void> {
    await this.pass(40_000);
    for (const { coordinator } of this.living) void coordinator.sweep();
    await this.settle();
  }
  async record(): Promise<PreviewRecord> {
    return (await createPreviewStore(this.kv).load(APP_ID))!.record;
  }
  /** Processes that are alive, of isolates that are. */
  get running() {
    return this.living.flatMap(({ runs }) => runs.filter(({ alive }) => alive));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const isolate of this.isolates) isolate.close();
    await this.settle();
    this.time.restore();
    await breathe(5);
    this.kv.close();
  }
}

const push = (isolate: Isolate, n: number, before: CommitId | null = null) =>
  isolate.coordinator.handle(APP_ID, { type: "pushed", commit: commit(n), before, trigger: "push" });

Deno.test("A12 push defers while nobody watches, and is built exactly once when many come at once", async () => {
  await using world = await World.create(4);
  await push(world.isolates[0], 1);
  await world.settle();
  assertEquals(world.running.length, 0);
  assertEquals((await world.record()).pendingBuild?.commit, commit(1));
  for (const isolate of world.isolates) {
    isolate.viewers = true;
    void isolate.coordinator.look(APP_ID);
  }
  await world.settle();
  assertEquals(world.running.map(({ job }) => job.commit), [commit(1)]);
  world.running[0].succeed();
  await world.settle();
  assertEquals((await world.record()).instance?.commit, commit(1));
});

Deno.test("X4 a push during a build supersedes it, and its processes end", async () => {
  await using world = await World.create(2);
  world.isolates[1].viewers = true;
  await push(world.isolates[0], 1);
  await world.settle();
  const [first] = world.running;
  await push(world.isolates[0], 2, commit(1));
  await world.settle();
  assertEquals(first.alive, false);
  assertEquals(world.running.map(({ job }) => job.commit), [commit(2)]);
});

Deno.test("X3 the build of a dead isolate is taken over once its lease has lapsed", async () => {
  await using world = await World.create(2);
  world.isolates[0].viewers = true;
  await push(world.isolates[0], 1);
  await world.settle();
  world.isolates[0].kill();
  await world.settle();
  assertEquals(world.running.length, 0);
  await world.lapse();
  assertEquals(world.running.map(({ job }) => job.commit), [commit(1)]);
  world.running[0].succeed();
  await world.settle();
  assertEquals((await world.record()).build, null);
});

Deno.test("A15 the instance of a dead isolate becomes container-stopped, lost", async () => {
  await using world = await World.create(2);
  world.isolates[0].viewers = true;
  await push(world.isolates[0], 1);
  await world.settle();
  world.running[0].succeed();
  await world.settle();
  world.isolates[0].kill();
  await world.lapse();
  assertEquals((await world.record()).containerStopped?.reason, "lost");
});

Deno.test("A19 an instance that nobody asks for anything sleeps after a while", async () => {
  await using world = await World.create(1);
  world.isolates[0].viewers = true;
  await push(world.isolates[0], 1);
  await world.settle();
  world.running[0].succeed();
  await world.settle();
  await world.pass(500_000);
  await createPreviewStore(world.kv).touch(APP_ID, Date.now());
  await world.pass(200_000);
  assertEquals((await world.record()).containerStopped, null, "it was visited meanwhile");
  await world.pass(600_000);
  assertEquals((await world.record()).containerStopped?.reason, "idle");
  assertEquals(world.running.length, 0);
});

for (const inGoodOrder of [true, false]) {
  Deno.test(`X10 an isolate that drains ${inGoodOrder ? "" : "because of an error "}hands its build over at once`, async () => {
    await using world = await World.create(2);
    world.isolates[0].viewers = true;
    await push(world.isolates[0], 1);
    await world.settle();
    const drained = world.isolates[0].coordinator.drain(inGoodOrder);
    await world.settle();
    await drained;
    world.isolates[0].kill();
    await world.isolates[1].coordinator.sweep();
    await world.settle();
    assertEquals(world.running.map(({ job }) => job.commit), [commit(1)]);
    const { lastError, build } = await world.record();
    assertEquals([lastError, build?.takeovers], [null, inGoodOrder ? 0 : 1]);
  });
}

type Move =
  | { type: "push"; by: number }
  | { type: "watch"; who: number; on: boolean }
  | { type: "succeed" | "fail" | "exit" }
  | { type: "die"; who: number; calls: number }
  | { type: "wake" | "sleep" | "build" | "cancel"; by: number };

const who = fc.nat(2);
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: who.map((by): Move => ({ type: "push", by })) },
  {
    weight: 3,
    arbitrary: fc.tuple(who, fc.boolean()).map(([who, on]): Move => ({ type: "watch", who, on })),
  },
  { weight: 4, arbitrary: fc.constantFrom("succeed", "fail", "exit").map((type): Move => ({ type })) },
  {
    weight: 2,
    arbitrary: fc.tuple(who, fc.integer({ min: 1, max: 8 })).map(([who, calls]): Move => ({
      type: "die",
      who,
      calls,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("wake", "sleep", "build", "cancel"), who).map(([type, by]): Move => ({
      type,
      by,
    })),
  },
);

function make(world: World, move: Move, pushes: { count: number }): void {
  const isolate = "by" in move || "who" in move
    ? world.isolates.slice(-3)["by" in move ? move.by : move.who]
    : null;
  const run = world.running[0];
  const draw = (record: PreviewRecord) => nextDeployId(record.latest?.deployId ?? null, Date.now());
  const handle = (input: Parameters<Isolate["coordinator"]["handle"]>[1]) =>
    void isolate!.coordinator.handle(APP_ID, input);
  switch (move.type) {
    case "push": {
      const n = ++pushes.count;
      return void push(isolate!, n, n > 1 ? commit(n - 1) : null);
    }
    case "watch":
      isolate!.viewers = move.on;
      return void isolate!.coordinator.look(APP_ID);
    case "succeed":
      return run?.succeed();
    case "fail":
      return run?.fail();
    case "exit":
      return run?.exit("SIGKILL");
    case "die":
      isolate!.dieAfter(move.calls);
      return void isolate!.coordinator.look(APP_ID);
    case "wake":
      return handle(({ record }) => ({ type: "wake-requested", by: "person", deployId: draw(record) }));
    case "sleep":
      return handle({ type: "sleep-requested" });
    case "build":
      return handle(({ record }) =>
        record.pushed && { type: "build-requested", commit: record.pushed.commit, deployId: draw(record) }
      );
    case "cancel":
      return handle({ type: "cancel-requested" });
  }
}

Deno.test("DESIGN 1, 2, 3: crashes and lapses between any two calls leave one actor, and the newest push where a person finds it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMove, { minLength: 3, maxLength: 14 }), async (moves) => {
      await using world = await World.create(3);
      const pushes = { count: 0 };
      for (const move of moves) {
        make(world, move, pushes);
        await breathe();
        await world.time.tickAsync(30);
        // A dead isolate is replaced by a new one, as a supervisor does.
        const last = world.isolates.slice(-3);
        for (const isolate of last) if (!isolate.alive) world.add();
      }
      const survivor = world.add();
      await world.lapse();
      survivor.viewers = true;
      await survivor.coordinator.look(APP_ID);
      await world.lapse();
      for (let i = 0; i < 3; i++) {
        for (const run of world.running) run.succeed();
        await world.settle();
      }
      const record = await world.record();
      const held = [record.build?.token, record.instance?.token].filter((token) => token);
      const acting = world.running.map(({ job }) => job.token);
      assertEquals(acting.filter((token) => !held.includes(token)), [], "nobody acts without the token");
      assert(new Set(acting).size === acting.length);
      assertEquals(record.pendingBuild, null, "somebody looks, so nothing waits");
      assertEquals(record.build, null, "nothing is left building for ever");
      if (record.pushed !== null) {
        const deploys = await createPreviewStore(world.kv).deploys(APP_ID, 50);
        const latest = deploys.find((d) => d.commit === record.pushed!.commit);
        assert(latest, "the newest push had a deploy");
        const live = record.instance?.commit === record.pushed.commit;
        const ended = ["failed", "cancelled", "superseded"].includes(latest.status) ||
          record.containerStopped !== null;
        assert(live || ended, `${JSON.stringify(record)} ${JSON.stringify(latest)}`);
      }
    }),
    { numRuns: 25, endOnFailure: false },
  );
});
