/** Many pushes, many copies of one push, many viewers: no build is lost, and none is begun twice. */
import { assert, assertEquals } from "@std/assert";
import { repositoryAt } from "../../build/support.ts";
import { deliver } from "../../support/preview_app.ts";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { test } from "./house.ts";
import { untilTold } from "./until_told.ts";
import { all, follow, isState, sawAll } from "./viewer.ts";

const PUSHES = 50;

test("X4 S3 fifty pushes within a second of a build: the last one ends up live, and no commit is built twice", async (house) => {
  const server = await house.start({ workers: 2 });
  const app = await house.createApp(server, {
    name: "Busy",
    files: sampleApp("first"),
    commands: { install: untilTold(`${house.dataDir}/go`) },
  });
  const repository = repositoryAt(app.repository);
  const viewer = follow({ appId: app.id, transport: "sse", url: () => server.url, ticket: house.ticket });
  try {
    await viewer.sees("the build", ({ type }) => type === "log");
    const commits = [await repository.git("rev-parse", "HEAD")];
    for (let i = 1; i <= PUSHES; i++) commits.push(await repository.commit({ "message.txt": `push ${i}` }));
    const webhook = `${server.url}/webhooks/github/${app.id}`;
    const from = performance.now();
    const answers = await Promise.all(
      commits.slice(1).map(async (after, i) => {
        // All within a second, whatever the order in which they arrive.
        await new Promise((resolve) => setTimeout(resolve, i * 15));
        const answer = await deliver(webhook, app.secret, { before: commits[i], after });
        await answer.body?.cancel();
        return answer.status;
      }),
    );
    const took = performance.now() - from;
    assertEquals(new Set(answers), new Set([202]));
    await Deno.writeTextFile(`${house.dataDir}/go`, "");

    const last = commits.at(-1)!;
    await viewer.sees(
      "the last push live",
      (event) =>
        event.type === "status" && event.payload.state === "running" && event.payload.commit === last,
      60_000,
    );
    const deploys = await house.deploys(server, app.id);
    const built = deploys.map(({ commit }) => commit);
    assertEquals(new Set(built).size, built.length, "none was built twice");
    assertEquals([built.at(-1), deploys.at(-1)!.status], [last, "live"]);
    assert(deploys.slice(0, -1).every(({ status }) => status === "superseded"), "nothing else is live");
    await sawAll(viewer, deploys.slice(-1), "the viewer");
    console.log(`${PUSHES} pushes answered in ${Math.round(took)} ms, ${deploys.length} builds begun`);
  } finally {
    await viewer.close();
  }
});

test("S14 X9 the same webhook twenty times at once, to two servers: one build", async (house) => {
  const server = await house.start({ workers: 2 });
  const other = await house.start();
  const app = await house.createApp(server, { name: "Echo", files: sampleApp("first") });
  const viewer = follow({
    appId: app.id,
    transport: "websocket",
    url: () => server.url,
    ticket: house.ticket,
  });
  try {
    await viewer.sees("the first build's end", isState("running"));
    const repository = repositoryAt(app.repository);
    const before = await repository.git("rev-parse", "HEAD");
    const after = await repository.commit({ "message.txt": "second" });
    const id = crypto.randomUUID();
    const statuses = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      const url = `${(i % 2 === 0 ? server : other).url}/webhooks/github/${app.id}`;
      const answer = await deliver(url, app.secret, { before, after }, id);
      await answer.body?.cancel();
      return answer.status;
    }));
    assertEquals(new Set(statuses), new Set([202]));
    await viewer.sees(
      "the push live",
      (event) =>
        event.type === "status" && event.payload.state === "running" && event.payload.commit === after,
    );
    assertEquals((await house.deploys(server, app.id)).map(({ commit }) => commit), [before, after]);
  } finally {
    await viewer.close();
  }
});

test("A12 two hundred viewers who join a pending app at once, through two servers, begin one build", async (house) => {
  const server = await house.start({ workers: 2 });
  const other = await house.start();
  const app = await house.createApp(server, { name: "Pending", files: sampleApp("first") });
  assertEquals((await app.status()).pendingBuild, true);
  const viewers = Array.from({ length: 200 }, (_, i) =>
    follow({
      appId: app.id,
      transport: i % 2 === 0 ? "sse" : "websocket",
      url: () => (i % 3 === 0 ? other : server).url,
      ticket: house.ticket,
    }));
  try {
    await all(viewers, "the build's end", isState("running"), 60_000);
    const deploys = await house.deploys(server, app.id);
    assertEquals(deploys.map(({ status }) => status), ["live"]);
    for (const [i, viewer] of viewers.entries()) await sawAll(viewer, deploys, `viewer ${i}`);
    await until("no build waits", async () => !(await app.status()).pendingBuild);
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});
