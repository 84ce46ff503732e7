/** `kill -9` of the server, and of what it runs: nothing survives it, and what was under way heals. */
import { assert, assertEquals } from "@std/assert";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { repositoryAt } from "../../build/support.ts";
import { deliver } from "../../support/preview_app.ts";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { test } from "./house.ts";
import { untilTold } from "./until_told.ts";
import { all, follow, isLost, isState, isStep, sawAll } from "./viewer.ts";

test("X3 X1 X14 a server killed while one app installs, one starts and one runs: no process survives, both builds are taken over, the instance is lost, and viewers see each line once", async (house) => {
  const server = await house.start({ workers: 2 });
  const go = `${house.dataDir}/go`;
  const wait = untilTold(go);
  const make = (name: string, commands: { install?: string; start?: string }) =>
    house.createApp(server, { name, files: sampleApp(name), commands });
  const installing = await make("Installing", { install: wait });
  const starting = await make("Starting", { start: `${wait}; exec deno run -A main.ts` });
  const running = await make("Running", {});
  const watched = [installing, starting, running].flatMap((app) =>
    (["sse", "websocket"] as const).map((transport) => ({
      app,
      viewer: follow({ appId: app.id, transport, url: () => server.url, ticket: house.ticket }),
    }))
  );
  const viewersOf = (app: { id: string }) =>
    watched.filter((one) => one.app === app).map(({ viewer }) => viewer);
  try {
    await all(viewersOf(running), "running", isState("running"));
    for (const app of [installing, starting]) {
      await all(viewersOf(app), "the step's output", isStep);
    }
    assert((await house.sandboxed()).length > 3);

    await server.stop("SIGKILL");
    const killed = performance.now();
    await until("nothing of a sandbox is left", async () => (await house.sandboxed()).length === 0, {
      within: 5_000,
      about: async () => (await house.sandboxed()).join("\n"),
    });
    const clean = performance.now() - killed;

    await server.start();
    await all(viewersOf(running), "what became of the instance", isLost);
    const lost = performance.now() - killed;
    await Deno.writeTextFile(go, "");
    for (const app of [installing, starting]) {
      await all(viewersOf(app), "its end", isState("running"), 60_000);
    }
    const healed = performance.now() - killed;
    assert(healed < 60_000, `it took ${healed} ms`);

    for (const { app, viewer } of watched) {
      const deploys = await house.deploys(server, app.id);
      assertEquals(deploys.map(({ status }) => status), ["live"], app.id);
      await sawAll(viewer, deploys, app.id);
    }
    const seconds = [clean, lost, healed].map((ms) => (ms / 1000).toFixed(1));
    console.log(
      `killed: processes gone after ${seconds[0]} s, lost told after ${seconds[1]} s, healed after ${
        seconds[2]
      } s`,
    );
  } finally {
    await Promise.all(watched.map(({ viewer }) => viewer.close()));
  }
});

test("X3 X9 A12 a server killed beside another one, with a build, an instance and a push that it had not acted on: the other one takes the build over, says that the instance is lost, and builds the push, all within 60 s", async (house) => {
  const dying = await house.start();
  const staying = await house.start();
  const go = `${house.dataDir}/go`;
  const make = (name: string, install = "true") =>
    house.createApp(dying, { name, files: sampleApp("first"), commands: { install } });
  const building = await make("Building", untilTold(go));
  const running = await make("Running");
  const pushed = await make("Pushed");
  // Whoever comes again after the cut asks a balancer, which knows who is up.
  const join = (appId: string) => {
    const url = (attempt: number) => (attempt === 0 ? dying : staying).url;
    return follow({ appId, transport: "websocket", url, ticket: house.ticket });
  };
  const [builds, runs] = [join(building.id), join(running.id)];
  const viewers = [builds, runs];
  try {
    await builds.sees("the step's output", isStep);
    await runs.sees("running", isState("running"));
    // Where the branch stands has to be asked for, and Git gets no answer: the push stays in the inbox.
    const repository = repositoryAt(pushed.repository);
    const first = await repository.git("rev-parse", "HEAD");
    const second = await repository.commit({ "message.txt": "second" });
    const giveBack = await withhold(`${repository.path}/.git/HEAD`);
    const push = { before: "1".repeat(40), after: second };
    const answer = await deliver(`${dying.url}/webhooks/github/${pushed.id}`, pushed.secret, push);
    assertEquals([answer.status, (await answer.json()).outcome], [202, "accepted"]);

    await dying.stop("SIGKILL");
    const killed = performance.now();
    await giveBack();
    await Deno.writeTextFile(go, "");
    const pushes = follow({
      appId: pushed.id,
      transport: "sse",
      url: () => staying.url,
      ticket: house.ticket,
    });
    viewers.push(pushes);
    const isSecond = (event: WireEvent) =>
      event.type === "status" && event.payload.state === "running" && event.payload.commit === second;
    const took = await Promise.all([
      builds.sees("the build's end", isState("running"), 60_000),
      runs.sees("what became of the instance", isLost, 60_000),
      pushes.sees("the push live", isSecond, 60_000),
    ]);
    for (const [i, app] of [building, running, pushed].entries()) {
      await sawAll(viewers[i], await house.deploys(staying, app.id), app.id);
    }
    assertEquals((await house.deploys(staying, building.id)).map(({ status }) => status), ["live"]);
    // The one that stayed knew of the first commit only, until it looked into the inbox.
    assertEquals((await house.deploys(staying, pushed.id)).map(({ commit }) => commit), [first, second]);
    const [taken, lost, live] = took.map(({ at }) => ((at - killed) / 1000).toFixed(1));
    console.log(
      `killed beside another: build over after ${taken} s, lost told after ${lost} s, push live after ${live} s`,
    );
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});

/** Whoever reads the file from now on waits, until the returned function is called. */
async function withhold(path: string): Promise<() => Promise<void>> {
  const text = await Deno.readTextFile(path);
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: [path] }).output();
  return async () => {
    await Deno.remove(path);
    await Deno.writeTextFile(path, text);
  };
}
