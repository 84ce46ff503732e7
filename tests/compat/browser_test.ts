import { assert, assertEquals } from "@std/assert";
import { FIXTURE_APP } from "./support/fixture_app.ts";
import { openBrowser } from "../support/browser.ts";
import { project } from "./support/project.ts";
import { freePort, runDeno, startDeno } from "./support/server.ts";

Deno.test("islands in a browser", async (t) => {
  await using dir = await project(FIXTURE_APP);
  await runDeno(["run", "-A", "dev.ts", "build"], dir.root);
  const port = freePort();
  const args = ["serve", "-A", "--host", "127.0.0.1", "--port", String(port), "_fresh/server.js"];
  await using server = await startDeno(args, { cwd: dir.root, port });
  await using browser = await openBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on(
    "console",
    (message) => message.text().includes("Content Security Policy") && problems.push(message.text()),
  );

  // Before any script of the page runs: remembers the nodes that the server sent.
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      Object.assign(globalThis, { sent: document.querySelector("#one") });
    });
  });
  await page.goto(server.base);
  const count = (id: string) => page.textContent(`#${id}`);
  const counts = () => Promise.all(["one", "two", "three"].map(count));
  await page.waitForSelector('#three[data-browser="true"]');

  await t.step("the server's elements are kept", async () => {
    assert(
      await page.evaluate(() =>
        (globalThis as unknown as { sent: Node }).sent === document.querySelector("#one")
      ),
    );
  });
  await t.step("one signal in three islands, one of them in another's slot", async () => {
    assertEquals(await counts(), ["3", "3", "3"]);
    await page.click("#one");
    await page.click("#three");
    assertEquals(await counts(), ["5", "5", "5"]);
  });
  await t.step("Head follows in an effect", async () => {
    await page.waitForFunction(() => document.title === "Count 5");
  });
  await t.step("a slot can go and come back, with the island in it", async () => {
    await page.click("#open > .toggle");
    await page.waitForSelector("#three", { state: "detached" });
    await page.click("#open > .toggle");
    await page.waitForSelector("#three");
    assert(await page.isDisabled("#field"));
    await page.click("#three");
    assertEquals(await counts(), ["6", "6", "6"]);
  });
  await t.step("a slot that was never shown can be", async () => {
    await page.click("#closed > .toggle");
    assertEquals(await page.textContent("#closed > i"), "hidden");
  });
  await t.step("no error, and nothing that the nonce policy refused", () => assertEquals(problems, []));
});

Deno.test("in development a page reloads once the server has come back newer", async () => {
  await using dir = await project(FIXTURE_APP);
  const port = freePort();
  const args = ["run", "-A", "--watch=routes/", "dev.ts"];
  await using server = await startDeno(args, { cwd: dir.root, port, env: { PORT: String(port) } });
  await using browser = await openBrowser();
  const page = await browser.newPage();
  const connected = page.waitForEvent("websocket");
  await page.goto(`${server.base}/static`);
  await (await connected).waitForEvent("framereceived");
  await dir.write("routes/static.tsx", "export default () => <h1>Changed</h1>;");
  await page.waitForSelector("text=Changed");
});
