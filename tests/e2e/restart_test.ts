/** What a page shows while the server under it ends and comes back in the middle of a build (S15, X1, X3, X10). */
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import type { PreviewApp } from "../support/preview_app.ts";
import { sampleApp, slowInstall } from "../support/sample_app.ts";
import { processesOf } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { house, type Scene } from "./house.ts";
import { logLines, seesApp, seesLine, seesState } from "./preview_page.ts";

const test = house({ serverPerTest: true });

const STEPS = 25;

async function followsABuild({ createApp, open }: Scene): Promise<{ app: PreviewApp; page: Page }> {
  const app = await createApp({
    name: "Slow",
    files: sampleApp("at last"),
    commands: { install: slowInstall(STEPS) },
  });
  const page = await open(app.path);
  await page.evaluate("globalThis.sameDocument = true");
  await seesLine(page, "step 5 of run");
  return { app, page };
}

/** The page was not loaded anew, the build came to its end, and every line of both attempts is there once, in order. */
async function missedNothing(page: Page, app: PreviewApp): Promise<void> {
  await seesApp(page, "at last");
  await seesState(page, "Running");
  await seesLine(page, "✓ live");
  assertEquals(await page.evaluate("globalThis.sameDocument"), true);

  const shown = await logLines(page);
  assertEquals(shown, await app.log());
  const steps = shown.flatMap((line) => /^step (\d+) of run (\d+)$/.exec(line)?.slice(1) ?? []);
  const runs = new Map<string, number[]>();
  for (let i = 0; i < steps.length; i += 2) {
    runs.set(steps[i + 1], [...runs.get(steps[i + 1]) ?? [], Number(steps[i])]);
  }
  assertEquals(runs.size, 2);
  const [first, second] = [...runs.values()];
  assert(first.length >= 5);
  assertEquals(first, upTo(first.length));
  assertEquals(second, upTo(STEPS));
  assertEquals((await app.deploys()).map((deploy) => deploy.status), ["live"]);
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test("S15 X1 X3 a server killed in the middle of a build takes it over when it is back; the page shows every line once", async (scene) => {
  const { server } = scene;
  const { app, page } = await followsABuild(scene);
  await server.stop("SIGKILL");
  await page.getByText(/^Reconnecting/).first().waitFor();
  await server.start();
  await missedNothing(page, app);
});

test("X10 X1 X3 a server asked to end does so within 5 s and hands its build over; the page shows every line once", async (scene) => {
  const { server } = scene;
  const { app, page } = await followsABuild(scene);
  const took = await server.stop("SIGTERM");
  assert(took < 5_000, `it took ${took} ms`);
  await server.start();
  await missedNothing(page, app);
});

test("A15 A24 S1 an app whose server was killed is not said to run: the page tells that it was lost, and Resume brings it back", async ({ server, createApp, open }) => {
  const app = await createApp({ name: "Lost", files: sampleApp("here I am") });
  const page = await open(app.path);
  await seesApp(page, "here I am");
  await server.stop("SIGKILL");
  // The guardian of the app's processes ends them with the server, long before it is back.
  await until("nothing outlives the server", async () => (await processesOf(server.dataDir)).length === 0);

  await server.start();
  await seesState(page, "Sleeping");
  await page.getByText("because the server that ran it went away").waitFor();
  await page.getByRole("main").getByRole("button", { name: "Resume" }).first().click();
  await seesApp(page, "here I am");
});
