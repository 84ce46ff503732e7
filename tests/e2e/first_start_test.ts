/** What somebody sees who starts Wakelight for the first time with `deno task dev`. */
import { assertEquals } from "@std/assert";
import { type Demo, demoFile } from "../../examples/demo.ts";
import { house } from "./house.ts";
import { logLines, notedStates, noteStates, seesApp, seesLine, seesState } from "./preview_page.ts";

const test = house({ entry: "dev", signedOut: true });

test("A26 A13 A14 A23 S2 the printed link leads to the demo app, which builds, tells how, and runs in the frame; a push changes it", async ({ server, stranger }) => {
  const context = await stranger();
  await noteStates(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));

  await page.goto(server.signInLink);
  await seesLine(page, "▸ fetch");
  await seesState(page, "Running");
  await seesApp(page, "Hello");

  // The app goes on talking after it is live: line by line, as it writes them.
  await seesLine(page, "ready on port");
  const steps = (await logLines(page)).filter((line) => /^\d\/5 /.test(line));
  assertEquals(steps.map((line) => line[0]), ["1", "2", "3", "4", "5"]);

  const pushed = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "examples/demo_push.ts", "Good morning"],
    env: { DATA_DIR: server.dataDir },
  }).output();
  assertEquals(pushed.success, true, new TextDecoder().decode(pushed.stdout));
  await page.frameLocator("iframe").getByText("Good morning").waitFor();
  await seesState(page, "Running");
  assertEquals(await notedStates(page), ["Idle", "Building", "Running", "Building", "Running"]);
  assertEquals(complaints, []);

  // The link worked once; nobody who finds it in a terminal's history gets in by it.
  const other = await (await stranger()).newPage();
  assertEquals((await other.goto(server.signInLink))?.status(), 401);
  const demo: Demo = JSON.parse(await Deno.readTextFile(demoFile(server.dataDir)));
  await other.goto(`${server.url}/apps/${demo.appId}`);
  assertEquals(new URL(other.url()).pathname, "/sign-in");
});
