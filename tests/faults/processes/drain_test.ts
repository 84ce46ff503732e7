/** SIGTERM while a thousand people watch a build, with another server up (X10). */
import { assert, assertEquals } from "@std/assert";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { type ProductionServer, test } from "./house.ts";
import { runsIn, untilTold } from "./until_told.ts";
import { follow, isLost, isState, sawAll, type Viewer } from "./viewer.ts";

const STREAMS = 1_000;

test("X10 X1 X3 SIGTERM with 1,000 streams open: each is told when to come back, the process ends within 5 s with status 0, the other server takes the build over, and no viewer misses a line", async (house) => {
  const leaving = await house.start({ workers: 2 });
  const staying = await house.start();
  const running = await house.createApp(leaving, { name: "Running", files: sampleApp("runs") });
  const building = await house.createApp(leaving, {
    name: "Building",
    files: sampleApp("builds"),
    commands: { install: untilTold(`${house.dataDir}/go`) },
  });
  const viewers: Viewer[] = [];
  const join = (appId: string, i: number) => {
    const viewer = follow({
      appId,
      transport: i % 2 === 0 ? "sse" : "websocket",
      // Whoever comes again asks a balancer, which knows who is up.
      url: (attempt) => (attempt === 0 ? leaving : staying).url,
      ticket: house.ticket,
    });
    viewers.push(viewer);
    return viewer;
  };
  /** The build's log; there is one deploy, however many servers build it. */
  const logBy = async (server: ProductionServer) => {
    const deploys = await house.deploys(server, building.id);
    assertEquals(deploys.length, 1);
    return deploys[0].lines;
  };
  try {
    const first = join(running.id, 0);
    await first.sees("running", isState("running"));
    for (let i = 1; i < STREAMS; i++) {
      join(building.id, i);
      if (i % 50 === 0) await allOpen(viewers);
    }
    await allOpen(viewers);
    await until("the build prints", async () => runsIn(await logBy(leaving)) === 1);

    const took = await leaving.stop();
    assert(took < 5_000, `it took ${took} ms`);
    assertEquals(leaving.exitCode, 0);

    assert(!leaving.output.includes(`"level":"error"`), "nothing went wrong on the way out");
    const left = performance.now();
    await until("the other server builds", async () => runsIn(await logBy(staying)) === 2, {
      within: 60_000,
    });
    const taken = performance.now() - left;
    await Deno.writeTextFile(`${house.dataDir}/go`, "");
    const rest = viewers.slice(1);
    await Promise.all(rest.map((viewer) => viewer.sees("the build's end", isState("running"), 60_000)));
    await first.sees("what became of the instance", isLost, 60_000);

    const told = viewers.map(({ farewells }) => farewells.length);
    assertEquals(told.filter((times) => times !== 1), [], "each was told, once");
    assertEquals(viewers.filter(({ cut }) => cut > 0).length, 0, "none was cut off");
    const waits = viewers.map(({ farewells }) => farewells[0]).toSorted((a, b) => a - b);
    const middle = waits.filter((ms) => ms > 1_000 && ms < 3_000).length;
    assert(waits[0] < 1_000 && waits.at(-1)! > 3_000 && middle > STREAMS / 3, "spread over seconds");

    const deploys = await house.deploys(staying, building.id);
    for (const [i, viewer] of rest.entries()) await sawAll(viewer, deploys, `viewer ${i}`);
    const seconds = [took, taken, ...[waits[0], waits.at(-1)!]].map((ms) => (ms / 1000).toFixed(1));
    console.log(
      `drained ${STREAMS} streams in ${seconds[0]} s; the other server builds ${seconds[1]} s later; ` +
        `viewers were told to wait ${seconds[2]} to ${seconds[3]} s`,
    );
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});

const allOpen = (viewers: readonly Viewer[]) =>
  until("all streams are open", () => viewers.every(({ seen }) => seen.length > 0), { within: 60_000 });
