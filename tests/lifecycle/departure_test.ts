import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { createDeparture, type Departure } from "../../lib/lifecycle/departure.ts";

/** A process of workers that share a store; each exit is the exit of all. */
class Process {
  readonly exits: { at: number; status: number }[] = [];
  readonly members: Member[] = [];
  storeIsAway = false;
  readonly from = Date.now();

  worker(drainFor: number): Member {
    const member = new Member(this, drainFor);
    this.members.push(member);
    return member;
  }

  signal(): void {
    for (const member of this.members) member.departure.leave();
  }
}

class Member {
  entry: "here" | "failed" | "gone" = "here";
  drains = 0;
  readonly departure: Departure;

  constructor(process: Process, drainFor: number) {
    this.departure = createDeparture({
      drain: async () => {
        this.drains++;
        await pause(drainFor);
        if (this.entry === "here") this.entry = "gone";
      },
      remaining: () => {
        if (process.storeIsAway) return Promise.reject(new Error("The store is away"));
        const others = process.members.filter((one) => one !== this && one.entry !== "gone");
        return Promise.resolve({
          siblings: others.length,
          failed: others.some(({ entry }) => entry === "failed"),
        });
      },
      markFailed: () => {
        if (process.storeIsAway) return Promise.reject(new Error("The store is away"));
        this.entry = "failed";
        return Promise.resolve();
      },
      signalAll: () => process.signal(),
      exit: (status) => process.exits.push({ at: Date.now() - process.from, status }),
    });
  }
}

const STEP = 25;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const silent = { log: console.log, error: console.error };

async function scene(
  run: (process: Process, pass: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  using time = new FakeTime();
  // In small steps: what one timer begins ends in promises before the next one is set.
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= STEP) await time.tickAsync(Math.min(left, STEP));
  };
  console.log = console.error = () => {};
  try {
    await run(new Process(), pass);
  } finally {
    Object.assign(console, silent);
  }
}

Deno.test("X10 nobody leaves alone: the exit comes when the slowest of the workers has drained", () =>
  scene(async (process, pass) => {
    process.worker(100);
    process.worker(1_000);
    process.signal();
    await pass(999);
    assertEquals(process.exits, []);
    await pass(60);
    assertEquals(process.exits[0].status, 0);
    await pass(5_000);
    assertEquals(process.exits.length, 2);
  }));

Deno.test("X10 a second signal, or a thousand, drain once", () =>
  scene(async (process, pass) => {
    const worker = process.worker(100);
    for (let i = 0; i < 1_000; i++) process.signal();
    await pass(200);
    assertEquals([worker.drains, process.exits.length], [1, 1]);
  }));

Deno.test("X10 one that cannot drain holds up the others for 4 s and no longer", () =>
  scene(async (process, pass) => {
    process.worker(100);
    process.worker(1e9);
    process.signal();
    await pass(3_990);
    assertEquals(process.exits, []);
    await pass(50);
    assertEquals(process.exits.map(({ status }) => status), [0]);
  }));

Deno.test("X10 a store that is away tells nothing of the others: they get their 4.5 s", () =>
  scene(async (process, pass) => {
    process.storeIsAway = true;
    process.worker(100);
    process.worker(2_000);
    process.signal();
    await pass(4_490);
    assertEquals(process.exits, []);
    await pass(50);
    assertEquals(process.exits.map(({ status }) => status), [0, 0]);
  }));

Deno.test("X15 after an uncaught error all drain, and whoever exits first says 1", () =>
  scene(async (process, pass) => {
    const [broken, other] = [process.worker(100), process.worker(1_500)];
    broken.departure.fail("uncaught-error", new Error("planted"));
    broken.departure.fail("uncaught-error", new Error("another one on top"));
    await pass(1_600);
    assertEquals(process.exits[0].status, 1);
    assertEquals([broken.drains, other.drains], [1, 1]);
    await pass(5_000);
    assertEquals(process.exits.map(({ status }) => status), [1, 1]);
  }));

Deno.test("X15 an uncaught error ends the process with 1 though the store is away", () =>
  scene(async (process, pass) => {
    process.storeIsAway = true;
    process.worker(100).departure.fail("uncaught-error", new Error("planted"));
    await pass(5_100);
    assertEquals(process.exits.map(({ status }) => status), [1]);
  }));

Deno.test("X10 an error during the drain is logged and changes nothing", () =>
  scene(async (process, pass) => {
    const worker = process.worker(100);
    process.signal();
    worker.departure.fail("uncaught-error", new Error("too late"));
    await pass(200);
    assertEquals(process.exits.map(({ status }) => status), [0]);
  }));
