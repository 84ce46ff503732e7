/** An error that nothing catches, in one worker of several: an orderly, logged end of the process. */
import { assert, assertEquals } from "@std/assert";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { test } from "./house.ts";
import { runsIn, untilTold } from "./until_told.ts";
import { follow, isLost, isState, isStep, sawAll } from "./viewer.ts";

test("X10 X15 an uncaught error or rejection in a worker ends the process in good order, with one line in the log and status 1; the next one goes on at once", async (house) => {
  const server = await house.start({ workers: 2, entry: "./crash_entry.ts" });
  const running = await house.createApp(server, { name: "Running", files: sampleApp("runs") });
  const building = await house.createApp(server, {
    name: "Building",
    files: sampleApp("builds"),
    commands: { install: untilTold(`${house.dataDir}/go`) },
  });
  const viewers = [running, building].map(({ id }) =>
    follow({ appId: id, transport: "websocket", url: () => server.url, ticket: house.ticket })
  );
  const [first, second] = viewers;

  /** @returns the line that says why it ended */
  async function crash(fault: string): Promise<{ event: string; error: string }> {
    const printed = server.output.length;
    const from = performance.now();
    const answer = await fetch(`${server.url}/sign-in`, { headers: { "x-test-fault": fault } });
    await answer.body?.cancel();
    assertEquals(await server.ended(), 1);
    const took = performance.now() - from;
    assert(took < 5_000, `it took ${took} ms`);
    await until("nothing of a sandbox is left", async () => (await house.sandboxed()).length === 0, {
      within: 5_000,
    });
    const lines = server.output.slice(printed).split("\n");
    const errors = lines.filter((line) => line.includes(`"level":"error"`));
    assertEquals(errors.length, 1, errors.join("\n"));
    return JSON.parse(errors[0].slice(errors[0].indexOf("{")));
  }

  try {
    await first.sees("running", isState("running"));
    await second.sees("the build", isStep);
    const error = await crash("error");
    assertEquals([error.event, error.error], ["uncaught-error", "planted error"]);

    // The leases were given back: nobody waits for them to lapse.
    await server.start();
    await first.sees("what became of the instance", isLost, 15_000);
    await until("the next server builds", () => runsIn(second.lines().map(({ message }) => message)) === 2);
    const rejection = await crash("rejection");
    assertEquals([rejection.event, rejection.error], ["unhandled-rejection", "planted rejection"]);

    await Deno.writeTextFile(`${house.dataDir}/go`, "");
    await server.start();
    await second.sees("the build's end", isState("running"), 15_000);
    assertEquals(viewers.map(({ cut }) => cut), [0, 0], "each stream was told to come back");
    for (const [i, app] of [running, building].entries()) {
      await sawAll(viewers[i], await house.deploys(server, app.id), app.id);
    }
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});

test("X15 /healthz and /readyz answer for the process and for the store", async (house) => {
  const server = await house.start({ workers: 2 });
  const ask = async (path: string) => {
    const answer = await fetch(`${server.url}${path}`);
    return { status: answer.status, ...await answer.json() };
  };
  assertEquals(await ask("/readyz"), { status: 200, ok: true, store: "ok", draining: false });
  const health = await ask("/healthz");
  assertEquals([health.status, health.ok], [200, true]);
});
