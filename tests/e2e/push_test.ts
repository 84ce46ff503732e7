/** What a push does while somebody looks, while nobody does, and when it cannot be built. */
import { assertEquals } from "@std/assert";
import { sampleApp } from "../support/sample_app.ts";
import { until } from "../support/until.ts";
import { house } from "./house.ts";
import { seesApp, seesState } from "./preview_page.ts";

const test = house();

test("A12 S2 S4 a push with the page open is built at once, and the frame shows it by itself", async ({ createApp, open }) => {
  const app = await createApp({ name: "Watched", files: sampleApp("version one") });
  const page = await open(app.path);
  await seesApp(page, "version one");

  const commit = await app.push({ "message.txt": "version two" });
  await seesApp(page, "version two");
  await seesState(page, "Running");
  await page.getByText(commit.slice(0, 7)).first().waitFor();
  assertEquals((await app.deploys()).map((deploy) => deploy.status), ["live", "superseded"]);
});

test("A12 X5 a push that nobody watches waits, and however many pages then open, it is built once", async ({ createApp, open, profile }) => {
  const app = await createApp({ name: "Unwatched", files: sampleApp("first") });
  await app.push({ "message.txt": "second" });
  const commit = await app.push({ "message.txt": "third" });
  const before = await app.status();
  assertEquals([before.pendingBuild, before.status], [true, "idle"]);
  assertEquals(await app.deploys(), []);

  const browser = await profile();
  const pages = await Promise.all(Array.from({ length: 4 }, () => open(app.path, browser)));
  for (const page of pages) await seesApp(page, "third");
  const deploys = await app.deploys();
  assertEquals(deploys.map((deploy) => [deploy.commit, deploy.status]), [[commit, "live"]]);
  assertEquals((await app.status()).pendingBuild, false);
});

test("X5 A12 a push after the last page closed is left for the next one", async ({ createApp, open }) => {
  const app = await createApp({ name: "Left", files: sampleApp("seen") });
  const page = await open(app.path);
  await seesApp(page, "seen");
  await page.close();

  // A page that reloads is still a viewer, so for a few seconds the one who left counts.
  // A push waits for a moment in any case; one that still does a second later is left.
  let text = 0;
  await until("a push is left waiting", async () => {
    if (text > 0 && (await app.status()).pendingBuild) return true;
    await app.push({ "message.txt": `unseen ${++text}` });
    return false;
  }, { every: 1000 });
  const built = (await app.deploys()).length;

  const again = await open(app.path);
  await seesApp(again, `unseen ${text}`);
  assertEquals((await app.deploys()).length, built + 1);
});

test("A13 A23 a failed build says why, the next push builds and runs, and nothing is lost by it", async ({ createApp, open }) => {
  const broken = { "main.ts": 'console.error("no oil in the lamp");\nDeno.exit(3);\n' };
  const app = await createApp({ name: "Broken", files: { ...sampleApp("mended"), ...broken } });
  const page = await open(app.path);
  await page.getByRole("heading", { name: "This did not work" }).waitFor();
  await page.locator("pre").getByText("no oil in the lamp").waitFor();
  await seesState(page, "Error");
  assertEquals((await app.status()).status, "error");

  // Somebody who comes later sees the same.
  const later = await open(app.path);
  await later.locator("pre").getByText("no oil in the lamp").waitFor();

  await app.push(sampleApp("mended"));
  for (const open of [page, later]) {
    await seesApp(open, "mended");
    await seesState(open, "Running");
    assertEquals(await open.getByText("This did not work").count(), 0);
  }
  assertEquals((await app.deploys()).map((deploy) => deploy.status), ["live", "failed"]);
});
