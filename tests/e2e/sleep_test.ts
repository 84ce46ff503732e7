/** Sleep and wake, as somebody sees them who looks, who visits, and who only leaves a tab open (A19, A22, A24, X6). */
import type { Page } from "playwright-core";
import { assertEquals } from "@std/assert";
import { sampleApp } from "../support/sample_app.ts";
import { until } from "../support/until.ts";
import { house } from "./house.ts";
import { seesApp, seesState } from "./preview_page.ts";

const SLEEP_AFTER = 2_000;
const test = house({ sleepAfter: SLEEP_AFTER });

/** The page pings each minute, which no test can wait for: here its minutes last half a second. */
const quickMinutes = `{
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (run, ms, ...rest) => real(run, ms === 60_000 ? 500 : ms, ...rest);
}`;

/** What a browser tells a page that another tab was brought before it. */
const setVisibility = (page: Page, state: "hidden" | "visible") =>
  page.evaluate((state) => {
    const { document, Event } = globalThis as unknown as {
      document: EventTarget;
      Event: typeof globalThis.Event;
    };
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

test("A15 A24 S1 an app that nobody uses goes to sleep before the eyes of the page, and Resume wakes it", async ({ createApp, open }) => {
  const app = await createApp({ name: "Sleeper", files: sampleApp("awake") });
  const page = await open(app.path);
  await seesApp(page, "awake");

  await seesState(page, "Sleeping");
  await page.getByText("nobody used it for a while").waitFor();
  assertEquals((await app.status()).containerStopped, true);
  assertEquals(await page.locator("iframe").count(), 0);

  await page.getByRole("main").getByRole("button", { name: "Resume" }).first().click();
  await seesApp(page, "awake");
  await seesState(page, "Running");
  assertEquals((await app.deploys()).map(({ trigger }) => trigger), ["wake", "created"]);
  assertEquals((await app.deploys()).map(({ status }) => status), ["live", "superseded"]);
});

test("A19 A22 a page keeps its app awake while somebody can see it; a hidden one lets it sleep, and waits unconnected", async ({ createApp, open, profile }) => {
  const app = await createApp({ name: "Kept", files: sampleApp("kept awake") });
  const browser = await profile();
  await browser.addInitScript(quickMinutes);
  let pings = 0;
  browser.on("response", (response) => {
    if (response.url() === `${app.previewUrl}/_wakelight/ping` && response.status() === 204) pings++;
  });
  const page = await open(app.path, browser);
  await seesApp(page, "kept awake");

  const enough = 3 * SLEEP_AFTER / 500;
  await until("it was pinged for three times as long as it may be idle", () => pings >= enough);
  assertEquals((await app.status()).status, "running");

  await setVisibility(page, "hidden");
  await page.getByText("Paused while asleep").waitFor();
  assertEquals((await app.status()).status, "sleeping");
  const before = pings;
  await setVisibility(page, "visible");
  await page.getByText("Live via WebSocket").waitFor();
  await seesState(page, "Sleeping");
  assertEquals(pings, before);
});

test("X6 S11 a visit of the preview wakes it, and is shown how; favicons, programs and pings do not wake it", async ({ server, createApp, open, profile }) => {
  const app = await createApp({ name: "Visited", files: sampleApp("good morning") });
  const browser = await profile();
  const page = await open(app.path, browser);
  await seesApp(page, "good morning");
  await seesState(page, "Sleeping");

  // The page's own network knows no such names; the host is what counts.
  using client = Deno.createHttpClient({ allowHost: true });
  const ask = async (path: string, headers: Record<string, string>) => {
    const url = `http://127.0.0.1:${server.port}${path}`;
    const response = await fetch(url, {
      client,
      headers: { ...headers, host: new URL(app.previewUrl).host },
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await ask("/favicon.ico", { accept: "image/*" }), 503);
  assertEquals(await ask("/", { accept: "text/html", "user-agent": "Googlebot/2.1" }), 503);
  assertEquals(await ask("/api/items", { accept: "application/json" }), 503);
  assertEquals(await ask("/_wakelight/ping", {}), 204);
  assertEquals((await app.status()).status, "sleeping");
  assertEquals((await app.deploys()).length, 1);

  const visit = await browser.newPage();
  assertEquals((await visit.goto(app.previewUrl))?.status(), 503);
  await visit.getByText(/Waking|Building/).waitFor();
  await visit.getByRole("heading", { name: "good morning" }).waitFor();
  // Whoever looks at the dashboard sees the same wake.
  await seesState(page, "Running");
  assertEquals((await app.deploys()).length, 2);
});
