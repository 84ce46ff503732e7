/** The whole dashboard in process: the real app, services, store and sandbox, asked without a socket. */
import { fileURLToPath } from "node:url";
import type { App } from "fresh";
import { Builder } from "fresh/dev";
import { readConfig } from "../../lib/config.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { createApp } from "../../routes/(_lib)/create_app.ts";

export const PUBLIC_URL = "http://localhost:8000";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Dashboard extends AsyncDisposable {
  readonly services: Services;
  /** A folder of this dashboard's own, removed with it. */
  readonly folder: string;
  /** As a browser asks: from the dashboard's own pages, with the cookie of `signIn` if there is one. */
  ask(
    path: string,
    form?: Record<string, string> | [string, string][],
    init?: RequestInit,
  ): Promise<Response>;
  /** By a fresh one-time link. */
  signIn(): Promise<void>;
  signedOut(): void;
}

type Snapshot = <State>(app: App<State>) => void;
let built: Promise<Snapshot> | null = null;

export async function dashboard(): Promise<Dashboard> {
  const snapshot = await (built ??= new Builder({ root: ROOT }).build({ snapshot: "memory" }));
  const folder = await Deno.makeTempDir({ prefix: "pages-" });
  const services = await createServices(
    readConfig({ PUBLIC_URL, DATA_DIR: folder, KV_PATH: ":memory:", TICKET_SECRET: "x".repeat(32) }),
    {
      kv: await Deno.openKv(":memory:"),
      sandbox: createLocalSandbox({ root: `${folder}/sandboxes` }),
      host: "test",
      pid: Deno.pid,
    },
  );
  const app = createApp(services);
  snapshot(app);
  const handler = app.handler();
  let cookie = "";

  const ask: Dashboard["ask"] = (path, form, init) => {
    const headers = new Headers({ host: new URL(PUBLIC_URL).host, cookie, "sec-fetch-site": "same-origin" });
    const body = form && new URLSearchParams(form);
    return handler(new Request(PUBLIC_URL + path, { method: form ? "POST" : "GET", headers, body, ...init }));
  };
  return {
    services,
    folder,
    ask,
    async signIn() {
      const link = new URL(await services.signInLink());
      const answer = await ask(link.pathname + link.search);
      await answer.body?.cancel();
      cookie = answer.headers.getSetCookie()[0].split(";", 1)[0];
    },
    signedOut: () => void (cookie = ""),
    async [Symbol.asyncDispose]() {
      await services.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A repository with one commit on `main`; its path. */
export async function repository(folder: string): Promise<string> {
  const path = `${folder}/repository`;
  await Deno.mkdir(path);
  await Deno.writeTextFile(`${path}/README.md`, "hello\n");
  const me = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  for (const args of [["init", "-q", "-b", "main"], ["add", "."], [...me, "commit", "-q", "-m", "first"]]) {
    const git = await new Deno.Command("git", { args, cwd: path, stdout: "null" }).output();
    if (!git.success) throw new Error(`git ${args[0]}: ${new TextDecoder().decode(git.stderr)}`);
  }
  return path;
}

/** Status and place of a redirect; its body is let go. */
export async function place(answer: Response): Promise<[number, string | null]> {
  await answer.body?.cancel();
  return [answer.status, answer.headers.get("location")];
}
