/** A real browser for end-to-end tests. */
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./chromium.ts";

/**
 * Not the arguments that `@sparticuz/chromium` suggests: those turn web security off, and with it what tests of
 * origins, cookies and policies are about.
 */
const ARGUMENTS = [
  // Tests may run as root, in a container, with a small /dev/shm and without a graphics card.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--font-render-hinting=none",
];

/** Close it when the tests are over; it ends by itself when this process does. */
export async function openBrowser(): Promise<Browser> {
  const { executable, env } = await findChromium();
  return await chromium.launch({
    executablePath: executable,
    args: ARGUMENTS,
    env: { ...Deno.env.toObject(), ...env },
  });
}
