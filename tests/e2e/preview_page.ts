/** The page of one preview, as a person knows it: by its words, not by its markup. */
import type { BrowserContext, Frame, Page } from "playwright-core";
import { until } from "../support/until.ts";

/** Resolves when the page's state says so; it is announced to screen readers as `Preview: Running`. */
export async function seesState(page: Page, state: string): Promise<void> {
  await page.getByText(`Preview: ${state}`, { exact: true }).waitFor({ state: "attached" });
}

/** Notes each state that pages opened afterwards announce, however short it lasts. */
export async function noteStates(context: BrowserContext): Promise<void> {
  await context.addInitScript(`{
    const states = globalThis.notedStates = [];
    const look = () => {
      const texts = [...document.querySelectorAll("[role=status]")].map((element) => element.textContent);
      const state = texts.find((text) => text.startsWith("Preview: "))?.slice("Preview: ".length);
      if (state && state !== states.at(-1)) states.push(state);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  }`);
}

export const notedStates = (page: Page): Promise<string[]> => page.evaluate("globalThis.notedStates");

/** Resolves when the framed app shows this heading. */
export async function seesApp(page: Page, heading: string): Promise<void> {
  const title = page.frameLocator("iframe[title^='Preview of']").getByRole("heading", { name: heading });
  await title.waitFor();
}

/** The text of the log panel's lines. */
export async function logLines(page: Page): Promise<string[]> {
  const text = await page.getByRole("log").locator(".log-line").allTextContents();
  return text.map((line) => line.replace(/\n$/, ""));
}

/** Resolves when the log panel shows a line with this text. */
export async function seesLine(page: Page, text: string): Promise<void> {
  await until(
    `the log says "${text}"`,
    async () => (await logLines(page)).some((line) => line.includes(text)),
    {
      within: 20_000,
      about: async () => (await logLines(page)).join("\n"),
    },
  );
}

/** The framed preview, to run code in. */
export async function framed(page: Page): Promise<Frame> {
  const element = await page.locator("iframe").elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error("The page has no frame");
  return frame;
}
