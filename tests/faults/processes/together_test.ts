/** Several isolates that serve one address, or one store: a viewer cannot tell which of them does what (X2). */
import { assert, assertEquals } from "@std/assert";
import type { PreviewApp } from "../../support/preview_app.ts";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { type House, type ProductionServer, test } from "./house.ts";
import { all, follow, isState, sawAll, type Viewer } from "./viewer.ts";

const LINES = 60;
/** A line every 50 ms: each is told by itself. */
const INSTALL = `i=0; while [ $i -lt ${LINES} ]; do i=$((i + 1)); echo "line $i"; sleep 0.05; done`;

const twoKinds = (count: number) =>
  Array.from({ length: count }, (_, i) => i % 2 === 0 ? "sse" : "websocket");

test("X1 X2 two workers on one port: viewers on both see each line and status in order, once, within moments; any worker takes the push and serves the preview", async (house) => {
  const server = await house.start({ workers: 2 });
  const app = await house.createApp(server, {
    name: "Shared",
    files: sampleApp("v1"),
    commands: { install: INSTALL },
  });
  const viewers = twoKinds(12).map((transport) => join(house, app, transport, server));
  const serving = () =>
    new Set(
      server.output.split("\n").filter((line) => line.includes("/events")).map((line) => line.slice(0, 16)),
    );
  try {
    await all(viewers, "the app", ({ type }) => type === "status");
    // Who takes a connection is the system's choice, and the second worker may be up a moment later.
    await until("both workers serve streams", async () => {
      if (serving().size < 2 && viewers.length < 60) viewers.push(join(house, app, "sse", server));
      await all(viewers, "the app", ({ type }) => type === "status");
      return serving().size === 2;
    }, { every: 100 });
    await all(viewers, "the first build's end", isState("running"));
    const commit = await app.push({ "message.txt": "v2" });
    await sawLive(viewers, commit);
    await seeAll(house, server, app, viewers, commit);
    const delays = delaysOf(viewers);
    console.log(`between two workers: ${said(delays)}`);
    assert(delays.median < 150, said(delays));

    // Each of these comes by a connection of its own, to whichever worker takes it.
    for (let i = 0; i < 8; i++) {
      using client = Deno.createHttpClient({ allowHost: true });
      const page = await fetch(server.url, { client, headers: { host: new URL(app.previewUrl).host } });
      assert((await page.text()).includes("v2"));
    }
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});

test("X1 X2 two processes on one file, where no watch reaches across: viewers on the one see what the other does, in order, once, typically within 1.5 s", async (house) => {
  const one = await house.start();
  const two = await house.start();
  const app = await house.createApp(one, {
    name: "Apart",
    files: sampleApp("v1"),
    commands: { install: INSTALL },
  });
  const here = twoKinds(4).map((transport) => join(house, app, transport, one));
  try {
    await all(here, "the build", ({ type }) => type === "log");
    // The build is where the viewers were; these come to where it is not.
    const there = twoKinds(4).map((transport) => join(house, app, transport, two));
    try {
      await all([...here, ...there], "the first build's end", isState("running"));
      const commit = await app.push({ "message.txt": "v2" });
      await sawLive([...here, ...there], commit);
      await seeAll(house, one, app, [...here, ...there], commit);
      const delays = delaysOf([...here, ...there]);
      console.log(`between two processes: ${said(delays)}`);
      assert(delays.median < 1_500, said(delays));

      // A visitor of either comes to the app, wherever it runs.
      for (const server of [one, two]) {
        using client = Deno.createHttpClient({ allowHost: true });
        const host = `${app.id}.localhost:${server.port}`;
        const page = await fetch(server.url, { client, headers: { host } });
        assert((await page.text()).includes("v2"), server.url);
      }
    } finally {
      await Promise.all(there.map((viewer) => viewer.close()));
    }
  } finally {
    await Promise.all(here.map((viewer) => viewer.close()));
  }
});

function join(house: House, { id }: PreviewApp, transport: string, server: ProductionServer): Viewer {
  return follow({
    appId: id,
    transport: transport as "sse" | "websocket",
    url: () => server.url,
    ticket: house.ticket,
  });
}

const sawLive = (viewers: readonly Viewer[], commit: string) =>
  all(
    viewers,
    "the push live",
    (event) =>
      event.type === "status" && event.payload.state === "running" && event.payload.commit === commit,
    60_000,
  );

/** All saw the same, and that is what the store has. */
async function seeAll(
  house: House,
  server: ProductionServer,
  app: PreviewApp,
  viewers: readonly Viewer[],
  commit: string,
): Promise<void> {
  const deploys = await house.deploys(server, app.id);
  assertEquals(deploys.map(({ status }) => status), ["superseded", "live"]);
  assertEquals(deploys[1].commit, commit);
  const steps = deploys[1].lines.filter((line) => line.startsWith("line "));
  assertEquals(steps, Array.from({ length: LINES }, (_, i) => `line ${i + 1}`));
  for (const [i, viewer] of viewers.entries()) {
    await sawAll(viewer, deploys, `viewer ${i}`);
    assertEquals(viewer.streams, 1, "none had to come again");
  }
  const statuses = (viewer: Viewer) =>
    viewer.seen.flatMap(({ event }) =>
      event.type === "status" && event.payload.commit === commit ? [event.payload.state] : []
    );
  for (const viewer of viewers) assertEquals(statuses(viewer), ["building", "running"]);
}

interface Delays {
  readonly median: number;
  readonly most: number;
}

/** How long after the first viewer the others saw each line, in milliseconds. */
function delaysOf(viewers: readonly Viewer[]): Delays {
  const byLine = new Map<string, number[]>();
  for (const { seen } of viewers) {
    for (const { event, at } of seen) {
      if (event.type !== "log" || !event.payload.message.startsWith("line ")) continue;
      const line = `${event.payload.deployId} ${event.payload.line}`;
      byLine.set(line, [...byLine.get(line) ?? [], at]);
    }
  }
  // Of the build that all were there for.
  const complete = [...byLine.values()].filter((times) => times.length === viewers.length).slice(-LINES);
  const last = complete.map((times) => Math.max(...times) - Math.min(...times)).toSorted((a, b) => a - b);
  return { median: last[last.length >> 1], most: last.at(-1)! };
}

const said = ({ median, most }: Delays) =>
  `the last of them hears a line ${Math.round(median)} ms after the first (median), ${
    Math.round(most)
  } ms at most`;
