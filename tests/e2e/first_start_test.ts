/** What somebody sees who starts Wakelight for the first time, and how the page follows what happens. */
import { assert, assertEquals } from "@std/assert";
import { demoFile } from "../../examples/demo.ts";
import { makeRepository } from "../build/support.ts";
import { deliver } from "../support/preview_app.ts";
import { house } from "./house.ts";
import { logLines, seesApp, seesLine, seesState } from "./preview_page.ts";

const test = house({ entry: "dev", signedOut: true });

test("A26 A13 A14 A23 the printed link leads to the demo app, which builds, tells how, and runs in the frame", async ({ server, stranger }) => {
  const page = await (await stranger()).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));

  await page.goto(server.signInLink);
  await page.getByRole("link", { name: "Hello" }).click();
  await seesState(page, "Building");
  await seesLine(page, "▸ fetch");
  await seesState(page, "Running");
  await seesApp(page, "Hello");
  assertEquals(await page.getByText("This did not work").count(), 0);

  // The app goes on talking after it is live: line by line, as it writes them.
  await seesLine(page, "ready on port");
  const steps = (await logLines(page)).filter((line) => /^\d\/5 /.test(line));
  assertEquals(steps.map((line) => line[0]), ["1", "2", "3", "4", "5"]);
  assertEquals(complaints, []);

  await page.goto(server.signInLink);
  assert(await page.getByText(/link/i).count() > 0, "a link that was used says so");
});
