/** A server and a browser for the tests of one file, and what every test needs of them. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";
import { createApp, type NewApp, type PreviewApp } from "../support/preview_app.ts";
import { type Server, type ServerOptions, startServer } from "../support/server.ts";
import { type Session, signIn } from "../support/session.ts";

export interface Scene {
  readonly server: Server;
  readonly session: Session;
  createApp(app: NewApp): Promise<PreviewApp>;
  /** A browser profile without a session; closed after the test. */
  stranger(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A browser profile that is signed in; closed after the test. */
  profile(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Opens a path of the dashboard in a profile, by default a new one that is signed in. */
  open(path: string, profile?: BrowserContext): Promise<Page>;
}

export interface HouseOptions extends ServerOptions {
  /** The tests themselves use the printed link. */
  readonly signedOut?: boolean;
  /** Each test gets a server of its own, which it may end and start again. */
  readonly serverPerTest?: boolean;
}

/** Milliseconds for which a page may take to show something. */
const PATIENCE = 20_000;

/**
 * Call at the top of a test file.
 *
 * @returns registers a test. One that fails says what the server printed, and where its pages' pictures lie if
 *   `E2E_PICTURES` names a folder.
 */
export function house(
  options: HouseOptions = {},
): (name: string, run: (scene: Scene) => Promise<void>) => void {
  const { serverPerTest = false, signedOut = false } = options;
  let browser: Browser;
  let server: Server | undefined;
  let session: Session;

  async function openServer(): Promise<void> {
    server = await startServer(options);
    if (!signedOut) session = await signIn(server);
  }
  async function closeServer(): Promise<void> {
    const closing = server;
    server = undefined;
    await closing?.close();
  }

  Deno.test.beforeAll(async () => {
    browser = await openBrowser();
    if (!serverPerTest) await openServer();
  });
  Deno.test.afterAll(async () => {
    await Promise.all([browser?.close(), closeServer()]);
  });

  return (name, run) =>
    Deno.test(name, async () => {
      const contexts: BrowserContext[] = [];
      const keep = (context: BrowserContext) => {
        context.setDefaultTimeout(PATIENCE);
        contexts.push(context);
        return context;
      };
      let printed = 0;
      try {
        if (serverPerTest) await openServer();
        const here = server!;
        printed = here.output.length;
        const scene: Scene = {
          server: here,
          session,
          createApp: (app) => createApp(here, session, app),
          stranger: async (options) => keep(await browser.newContext(options)),
          profile: async (options) => keep(await session.context(browser, options)),
          async open(path, profile) {
            const page = await (profile ?? await scene.profile()).newPage();
            await page.goto(here.url + path);
            return page;
          },
        };
        await run(scene);
      } catch (error) {
        console.error(server?.output.slice(printed));
        await takePictures(name, contexts);
        throw error;
      } finally {
        for (const context of contexts) await context.close();
        if (serverPerTest) await closeServer();
      }
    });
}

async function takePictures(name: string, contexts: BrowserContext[]): Promise<void> {
  const folder = Deno.env.get("E2E_PICTURES");
  if (!folder) return;
  const pages = contexts.flatMap((context) => context.pages());
  for (const [i, page] of pages.entries()) {
    const path = `${folder}/${name.replaceAll(/\W+/g, "-").slice(0, 80)}-${i}.png`;
    await page.screenshot({ path }).then(() => console.error(`See ${path}`), () => {});
  }
}
