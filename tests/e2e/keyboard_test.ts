/** Wakelight without a mouse. */
import type { Page } from "playwright-core";
import { assertEquals } from "@std/assert";
import { sampleApp } from "../support/sample_app.ts";
import { house } from "./house.ts";
import { seesApp, seesState } from "./preview_page.ts";

const test = house();

const focusedName = (page: Page) =>
  page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.name ?? null);

test("A26 a new preview can be made with the keyboard alone, and a mistake is told beside its field", async ({ createApp, open }) => {
  const { repository } = await createApp({ name: "Source", files: sampleApp("typed") });
  const page = await open("/");
  await page.getByRole("link", { name: "New preview" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "New preview" }).waitFor();

  assertEquals(await focusedName(page), "name");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Tab");
  assertEquals(await focusedName(page), "repository");
  await page.keyboard.type("not an address");
  await page.keyboard.press("Enter");

  const wrong = page.getByRole("textbox", { name: "Repository" });
  await page.getByText("Nothing was created yet").waitFor();
  assertEquals(await wrong.getAttribute("aria-invalid"), "true");
  const described = (await wrong.getAttribute("aria-describedby"))?.split(" ").at(-1);
  assertEquals(await page.locator(`#${described}`).isVisible(), true);
  assertEquals(await focusedName(page), "repository");
  assertEquals(await page.getByRole("textbox", { name: "Name" }).inputValue(), "Typed");

  await page.keyboard.press("Control+A");
  await page.keyboard.type(repository);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/apps\/typed$/);
  await seesApp(page, "typed");

  await page.getByRole("button", { name: "Sleep" }).focus();
  await page.keyboard.press("Enter");
  await seesState(page, "Sleeping");
  await page.getByRole("main").getByRole("button", { name: "Resume" }).last().focus();
  await page.keyboard.press("Enter");
  await seesState(page, "Running");
});
