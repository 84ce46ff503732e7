/** Networks that let only some of the transports through (A21). */
import type { BrowserContext, Page } from "playwright-core";
import { assertEquals } from "@std/assert";
import { sampleApp } from "../support/sample_app.ts";
import { house, type Scene } from "./house.ts";
import { logLines, seesApp, seesLine, seesState } from "./preview_page.ts";

const test = house();

const isEventStream = (accept: string | undefined) => accept?.includes("text/event-stream") ?? false;

/** A proxy that knows no WebSocket. */
async function withoutWebSocket(context: BrowserContext): Promise<void> {
  await context.routeWebSocket(/\/api\//, (socket) => socket.close({ code: 1006 + 2005 }));
}

test("A21 where all pass, events come by WebSocket", async (scene) => {
  const page = await followsABuild(scene, await scene.profile());
  await page.getByText("Live via WebSocket").waitFor();
});
