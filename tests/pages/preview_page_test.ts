/** The page of one preview in a real browser: its small browser bar, its log, its buttons. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { house } from "../e2e/house.ts";
import { seesApp, seesLine, seesState } from "../e2e/preview_page.ts";
import { until } from "../support/until.ts";

const test = house();

/** Shows the path that was asked for; `/bare` forbids all scripts, `/noise` writes many lines. */
const FILES = {
  "deno.json": JSON.stringify({
    tasks: { start: "deno run --allow-net --allow-env=PORT main.ts" },
  }),
  "main.ts": `
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) }, (req) => {
  const { pathname, search } = new URL(req.url);
  if (pathname === "/noise") for (let i = 0; i < 1500; i++) console.log("noise " + i);
  const headers = { "content-type": "text/html; charset=utf-8" };
  if (pathname === "/bare") headers["content-security-policy"] = "script-src 'none'";
  return new Response(\`<!doctype html><html lang="en"><title>Paths</title>
<h1>At \${pathname}\${search}</h1><a href="/cart?a=1">Cart</a>\`, { headers });
});
`,
};

const address = (page: Page) => page.getByLabel("Path in the preview");
const says = (page: Page, path: string) =>
  until(`the bar says ${path}`, async () => await address(page).inputValue() === path);
async function type(page: Page, path: string): Promise<void> {
  await address(page).fill(path);
  await address(page).press("Enter");
}

test("A23 A25 the bar shows where the frame is, and leads it home, elsewhere and back", async ({ createApp, open }) => {
  const app = await createApp({ name: "Paths", files: FILES });
  const page = await open(app.path);
  await seesApp(page, "At /");
  await page.locator(".frame-cover").waitFor({ state: "detached" });
  assertEquals(await page.locator("[data-pane]").count(), 1);

  await page.frameLocator("iframe").getByRole("link", { name: "Cart" }).click();
  await says(page, "/cart?a=1");
  const shared = await page.getByRole("link", { name: "Open in a new tab" }).getAttribute("href");
  assertEquals(shared, new URL("/cart?a=1", app.previewUrl).href);

  await page.getByRole("button", { name: "Refresh" }).click();
  await seesApp(page, "At /cart?a=1");
  await page.getByRole("button", { name: "Home" }).click();
  await says(page, "/");
  await seesApp(page, "At /");

  // A page whose own policy forbids scripts has no bridge: the bar still leads there, and away from there.
  await type(page, "bare");
  await seesApp(page, "At /bare");
  await type(page, "/after");
  await seesApp(page, "At /after");
  await says(page, "/after");
});

test("X16 neither a typed address nor the app gets the frame or the page off the preview", async ({ createApp, open }) => {
  const app = await createApp({ name: "Held", files: FILES });
  const page = await open(app.path);
  await seesApp(page, "At /");
  const { origin } = new URL(app.previewUrl);
  const frame = () => page.frames().find((frame) => frame.url().startsWith(origin));
  await type(page, "//evil.example/");
  await type(page, "javascript:alert(1)");
  assert(frame());

  // What the page itself says, or a stranger's frame, is no news of the preview.
  await page.evaluate(() => postMessage({ type: "wakelight:navigated", path: "/forged" }, "*"));
  await frame()!.evaluate(() => {
    try {
      top!.location.href = "https://evil.example/";
    } catch {
      // Refused, as it should be.
    }
    parent.postMessage({ type: "wakelight:navigated", path: "//evil.example" }, "*");
    parent.postMessage({ type: "wakelight:navigated", path: "/told" }, "*");
  });
  await says(page, "/told");
  assertEquals(new URL(page.url()).pathname, app.path);
});

test("A8 A23 the log follows its end until somebody scrolls up, and draws no more than a thousand rows", async ({ createApp, open }) => {
  const app = await createApp({ name: "Noise", files: FILES });
  const page = await open(app.path);
  await seesApp(page, "At /");
  const log = page.getByRole("log");
  const below = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);

  await type(page, "/noise");
  await seesLine(page, "noise 1499");
  assert(await page.locator(".log-line").count() <= 1000);
  await until("the log is at its end", async () => await below() < 5);

  await log.evaluate((box) => box.scrollTop = 200);
  const jump = page.getByRole("button", { name: "Jump to end" });
  await jump.waitFor();
  await page.getByRole("button", { name: "Refresh" }).click();
  await until(
    "more lines came",
    async () => Number.parseInt(await page.locator(".log-count").innerText()) > 3000,
  );
  assert(await below() > 1000);
  await jump.click();
  await until("the log is at its end", async () => await below() < 5);
  await jump.waitFor({ state: "detached" });
});

test("A24 A22 Sleep stops the app, Resume builds at once and brings it back", async ({ createApp, open }) => {
  const app = await createApp({ name: "Sleeper", files: FILES });
  const page = await open(app.path);
  await seesApp(page, "At /");
  await page.getByRole("button", { name: "Sleep" }).click();
  await seesState(page, "Sleeping");
  await page.locator("[data-pane=sleeping]").waitFor();
  assertEquals(await page.locator("iframe").count(), 0);
  await page.getByText("Live via WebSocket").waitFor();

  // Held back, so that what the page shows before any answer can be seen.
  let letGo = () => {};
  const held = new Promise<void>((resolve) => letGo = resolve);
  await page.route("**/wake", async (route) => {
    await held;
    await route.continue();
  });
  await page.locator(".pane").getByRole("button", { name: "Resume" }).click();
  await page.locator("[data-pane=building]").waitFor();
  letGo();
  await seesApp(page, "At /");
  await seesState(page, "Running");
});

test("B9 a build can be cancelled from the page", async ({ createApp, open }) => {
  const app = await createApp({ name: "Halted", files: FILES, commands: { install: "sleep 600" } });
  const page = await open(app.path);
  await seesState(page, "Building");
  await page.getByRole("button", { name: "Cancel build" }).click();
  await page.getByText("Cancelled", { exact: true }).first().waitFor();
  assertEquals((await app.deploys()).map((deploy) => deploy.status), ["cancelled"]);
  assertEquals(await page.locator(".notice-bad").count(), 0);
});

test("A24 a Resume that fails says why", async ({ createApp, open }) => {
  const app = await createApp({ name: "Stuck", files: FILES });
  const page = await open(app.path);
  await seesApp(page, "At /");
  await page.getByRole("button", { name: "Sleep" }).click();
  await page.locator("[data-pane=sleeping]").waitFor();
  await page.route("**/wake", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "about:blank", title: "Try again.", status: 503, code: "restarting" }),
    }));
  await page.locator(".pane").getByRole("button", { name: "Resume" }).click();
  await page.locator("[data-pane=error]").getByText("Try again.").waitFor();
});

test("A20 a lost connection counts down and offers Retry", async ({ createApp, open }) => {
  const app = await createApp({ name: "Lost", files: FILES });
  const page = await open(app.path);
  await page.getByText("Live via WebSocket").waitFor();
  await page.route("**/ticket", (route) => route.abort());
  await page.reload();
  await page.getByText(/Reconnecting in \d+ s/).waitFor();
  await page.unroute("**/ticket");
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText("Live via WebSocket").waitFor();
});
