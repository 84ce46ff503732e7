/** A preview is somebody else's program, shown inside our page: what it gets of the page, and what it does not (X16, A18, A25). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sampleApp } from "../support/sample_app.ts";
import { until } from "../support/until.ts";
import { house } from "./house.ts";
import { framed, seesApp } from "./preview_page.ts";

const test = house();

test("X16 the framed preview gets neither the session's cookie nor a way to the page around it", async ({ createApp, open }) => {
  const app = await createApp({ name: "Nosy", files: sampleApp("may I look?") });
  const page = await open(app.path);
  await seesApp(page, "may I look?");
  const frame = await framed(page);

  const headers = await frame.evaluate(async () => await (await fetch("/headers")).json());
  assert(headers["x-forwarded-host"], "the app tells what reached it");
  assertEquals(headers.cookie, undefined);
  assertEquals(await frame.evaluate("document.cookie"), "");
  await assertRejects(() => frame.evaluate("parent.document.title"), Error, "cross-origin");
  // Code that a test evaluates counts as the visitor's click, which without the frame's sandbox would be enough.
  await assertRejects(
    () => frame.evaluate("top.location.href = 'about:blank'"),
    Error,
    "permission to navigate",
  );
  assertEquals(new URL(page.url()).pathname, app.path);
});

test("X16 a preview cannot use the session of whoever looks at it: neither by fetch, nor by a form, nor by WebSocket", async ({ server, createApp, open, profile }) => {
  const app = await createApp({ name: "Hostile", files: sampleApp("trust me") });
  const browser = await profile();
  const page = await open(app.path, browser);
  await seesApp(page, "trust me");

  // In a tab of its own it is not even sandboxed.
  const tab = await browser.newPage();
  await tab.goto(app.previewUrl);
  const answers: [string, number][] = [];
  browser.on("response", (response) => {
    if (response.request().method() === "POST") {
      answers.push([new URL(response.url()).pathname, response.status()]);
    }
  });
  const sleep = `/api/apps/${app.id}/sleep`;
  await tab.evaluate(
    (url) => fetch(url, { method: "POST", credentials: "include", mode: "no-cors" }).then(() => {}, () => {}),
    server.url + sleep,
  );
  await until(
    "the forged request is refused",
    () => answers.some(([path, status]) => path === sleep && status === 403),
  );

  const socket = await tab.evaluate((url) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    }), `${server.url.replace("http", "ws")}/api/apps/${app.id}/events`);
  assertEquals(socket, "refused");

  await tab.setContent(`<form method="post" action="${server.url}/apps/${app.id}/settings">
    <input type="hidden" name="intent" value="delete"><input type="hidden" name="confirm" value="${app.id}">
    <button>Win a prize</button></form>`);
  await tab.getByRole("button", { name: "Win a prize" }).click();
  await until(
    "the forged form is refused",
    () => answers.some(([path, status]) => path.endsWith("/settings") && status === 403),
  );
  assertEquals((await app.status()).status, "running");
});

test("A18 A25 hot reload's WebSocket passes the proxy, and the page follows where the visitor goes", async ({ createApp, open }) => {
  const app = await createApp({ name: "Busy", files: sampleApp("let us talk") });
  const page = await open(app.path);
  await page.frameLocator("iframe").getByText("over and back").waitFor();

  const path = page.getByRole("textbox", { name: "Path in the preview" });
  const frame = await framed(page);
  await frame.evaluate(() => history.pushState(null, "", "/cart?step=2"));
  await until("the page shows the new path", async () => await path.inputValue() === "/cart?step=2");
  await page.getByRole("button", { name: "Home" }).click();
  await until("home leads back", async () => await path.inputValue() === "/");
  assertEquals(new URL((await framed(page)).url()).pathname, "/");
});
