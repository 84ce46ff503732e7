/** Networks that let only some of the transports through (A21): the page says which one it has, and misses nothing. */
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import type { PreviewApp } from "../support/preview_app.ts";
import { startForwardProxy } from "../support/forward_proxy.ts";
import { sampleApp, slowInstall } from "../support/sample_app.ts";
import { house, type Scene } from "./house.ts";
import { logLines, seesApp, seesLine, seesState } from "./preview_page.ts";

const test = house();

const STEPS = 15;
const slowApp = (scene: Scene, name: string) =>
  scene.createApp({ name, files: sampleApp("one"), commands: { install: slowInstall(STEPS) } });

/** A build and a push that is built, both followed on one page; what it shows is what the store has. */
async function followsTwoBuilds(page: Page, app: PreviewApp): Promise<void> {
  await seesApp(page, "one");
  await app.push({ "message.txt": "two" });
  await seesApp(page, "two");
  await seesState(page, "Running");
  await seesLine(page, "✓ live");
  const shown = await logLines(page);
  assertEquals(new Set(shown.filter((line) => line.startsWith("step"))).size, 2 * STEPS);
  const stored = await app.log();
  assertEquals(shown.slice(-stored.length), stored);
}

test("A21 X1 where everything passes, events come by WebSocket", async (scene) => {
  const app = await slowApp(scene, "Open network");
  const page = await scene.open(app.path);
  await page.getByText("Live via WebSocket").waitFor();
  await followsTwoBuilds(page, app);
});

test("A21 X1 behind a proxy that refuses WebSockets, events come by SSE, and the tab remembers it", async (scene) => {
  const proxy = await startForwardProxy();
  try {
    const app = await slowApp(scene, "No tunnels");
    const page = await scene.open(app.path, await scene.profile({ proxy: { server: proxy.url } }));
    await page.getByText("Live via SSE").waitFor();
    await followsTwoBuilds(page, app);

    const refused = proxy.refused;
    assert(refused > 0, "a WebSocket was tried first");
    const asked = page.waitForRequest((request) => request.url().endsWith("/events"));
    await page.reload();
    assertEquals((await asked).headers().accept, "text/event-stream");
    await page.getByText("Live via SSE").waitFor();
  } finally {
    await proxy.close();
  }
});

test("A21 X1 behind a proxy that also holds streams back, events come by polling", async (scene) => {
  const proxy = await startForwardProxy({ holdsStreams: true });
  try {
    const app = await slowApp(scene, "Whole answers only");
    const page = await scene.open(app.path, await scene.profile({ proxy: { server: proxy.url } }));
    await page.getByText("Live via polling").waitFor();
    assert(proxy.held > 0, "a stream was tried before");
    await followsTwoBuilds(page, app);
  } finally {
    await proxy.close();
  }
});
