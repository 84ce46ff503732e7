/** Every page, judged by axe against WCAG 2.2 AA, in light and in dark. */
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import { sampleApp } from "../support/sample_app.ts";
import { house } from "./house.ts";
import { seesApp, seesState } from "./preview_page.ts";

const test = house();

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

test("A23 A26 every page has landmarks, labels and names, and enough contrast in light and in dark", async ({ createApp, open, profile, stranger, server }) => {
  const app = await createApp({ name: "Seen", files: sampleApp("seen by all") });
  const broken = await createApp({ name: "Broken", files: { "README.md": "nothing to start" } });
  const faults: Record<string, string[]> = {};
  async function audit(name: string, page: Page): Promise<void> {
    assert(await page.title() !== "", `${name} has a title`);
    const light = await audited(page, RULES);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await audited(page, ["color-contrast"]);
    if (light.length + dark.length > 0) {
      faults[name] = [
        ...light,
        ...dark.map((fault) => `in the dark: ${fault}`),
      ];
    }
    await page.close();
  }

  const browser = await profile({ colorScheme: "light" });
  const running = await open(app.path, browser);
  await seesApp(running, "seen by all");
  await audit("a running preview", running);
  const failed = await open(broken.path, browser);
  await seesState(failed, "Error");
  await audit("a failed preview", failed);
  for (const path of ["/", "/apps/new", `${app.path}/settings`, "/tokens", "/no-such-page"]) {
    await audit(path, await open(path, browser));
  }
  const page = await (await stranger({ colorScheme: "light" })).newPage();
  await page.goto(`${server.url}/sign-in`);
  await audit("/sign-in", page);
  assertEquals(faults, {});
});

test("the audit finds what is wrong with a page", async ({ stranger }) => {
  const page = await (await stranger()).newPage();
  await page.setContent("<title>x</title><input><p style='color: #ccc; background: #fff'>faint</p>");
  const found = (await audited(page, RULES)).map((fault) => fault.split(":")[0]);
  for (const rule of ["label", "html-has-lang", "color-contrast", "page-has-heading-one"]) {
    assert(found.includes(rule), `${rule} in ${found}`);
  }
});

/** One line for each rule that is broken. The preview in its frame is not ours to judge. */
async function audited(page: Page, runOnly: string[]): Promise<string[]> {
  // As the browser's own evaluation: the page's policy lets no script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (runOnly) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: [["iframe"]] }, { runOnly }),
    runOnly,
  );
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(" | ")}`
  );
}
