/** An error that nothing catches, in one worker of several: an orderly, logged end of the process. */
import { assert, assertEquals } from "@std/assert";
import { sampleApp, slowInstall } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { type House, test } from "./house.ts";
import { assertWhole, follow, isLost, isState } from "./viewer.ts";

for (const [fault, event] of [["error", "uncaught-error"], ["rejection", "unhandled-rejection"]]) {
  test(`X10 X15 an ${event} in a worker ends the process in good order, with status 1, and the next one goes on`, (house) =>
    crash(house, fault, event));
}

async function crash(house: House, fault: string, event: string): Promise<void> {
  const server = await house.start({ workers: 2, entry: "./crash_entry.ts" });
  const running = await house.createApp(server, { name: "Running", files: sampleApp("runs") });
  const building = await house.createApp(server, {
    name: "Building",
    files: sampleApp("builds"),
    commands: { install: slowInstall(40) },
  });
  const viewers = [running, building].map(({ id }) =>
    follow({ appId: id, transport: "websocket", url: () => server.url, ticket: house.ticket })
  );
  const [first, second] = viewers;
  try {
    await first.sees("running", isState("running"));
    await second.sees("the build", ({ type }) => type === "log");

    const from = performance.now();
    const answer = await fetch(`${server.url}/sign-in`, { headers: { "x-test-fault": fault } });
    await answer.body?.cancel();
    assertEquals(await server.ended(), 1);
    const took = performance.now() - from;
    assert(took < 5_000, `it took ${took} ms`);

    const errors = server.output.split("\n").filter((line) => line.includes(`"level":"error"`));
    assertEquals(errors.length, 1, "one line says it all");
    const logged = JSON.parse(errors[0].slice(errors[0].indexOf("{")));
    assertEquals([logged.event, /^planted /.test(logged.error)], [event, true]);
    await until("nothing of a sandbox is left", async () => (await house.sandboxed()).length === 0, {
      within: 5_000,
    });
    // The build's lease was given back: the next server need not wait for it to lapse.
    await server.start();
    await second.sees("the build's end", isState("running"), 15_000);
    await first.sees("what became of the instance", isLost);
    assertEquals(viewers.map(({ farewells, cut }) => [farewells.length, cut]), [[1, 0], [1, 0]]);
    viewers.forEach((viewer) => assertWhole(viewer));
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
}

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
