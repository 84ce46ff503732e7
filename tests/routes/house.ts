/** The whole app in process: real store in memory, real Git, real local sandbox; requests go to its handler. */
import { Builder } from "fresh/dev";
import { readConfig } from "../../lib/config.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { createApp } from "../../routes/(_lib)/create_app.ts";
import { makeRepository } from "../build/support.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ORIGIN = "http://localhost:8000";

/** As `Deno.serve` gives it. */
const INFO: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: Promise.resolve(),
};

export interface House extends AsyncDisposable {
  readonly kv: Deno.Kv;
  readonly services: Services;
  readonly folder: string;
  /** As a program with an API token, unless headers say otherwise. */
  ask(
    method: string,
    path: string,
    options?: { json?: unknown; body?: BodyInit; headers?: HeadersInit },
  ): Promise<Response>;
  /** A page in a Git repository of its own; nothing is built yet. */
  makeApp(): Promise<AppId>;
  /** As nobody in particular. */
  anonymous(method: string, path: string, headers?: HeadersInit): Promise<Response>;
  anonymousPost(path: string, body: string, headers: HeadersInit): Promise<Response>;
  /** From the preview's own host. */
  preview(id: string, path: string): Promise<Response>;
}

export async function openHouse(environment: Record<string, string> = {}): Promise<House> {
  const folder = await Deno.makeTempDir({ prefix: "wakelight-routes-" });
  const kv = await Deno.openKv(":memory:");
  const config = readConfig({
    DATA_DIR: folder,
    TICKET_SECRET: "a secret of thirty-two characters",
    ...environment,
  });
  const sandbox = createLocalSandbox({ root: `${folder}/sandboxes` });
  const services = await createServices(config, { kv, sandbox, host: "test", pid: 1, graceMs: 50 });
  const app = createApp(services);
  (await new Builder({ root: ROOT }).build({ snapshot: "memory" }))(app);
  const ask = app.handler();
  const handler = (req: Request) => ask(req, INFO);
  const { token } = await services.tokens.create(FIRST_USER, "tests");
  const quiet = console.log;
  console.log = () => {};
  const house: House = {
    kv,
    services,
    folder,
    async makeApp() {
      const repository = await makeRepository(`${folder}/hello`);
      await repository.commit({ "index.html": "hi" });
      const app = { name: "Hello", repository: repository.path };
      return AppId.parse((await (await house.ask("POST", "/api/apps", { json: app })).json()).id);
    },
    ask(method, path, { json, body, headers } = {}) {
      const all = new Headers({
        authorization: `Bearer ${token}`,
        ...Object.fromEntries(new Headers(headers)),
      });
      if (json !== undefined) all.set("content-type", "application/json");
      return handler(
        new Request(ORIGIN + path, {
          method,
          headers: all,
          body: json === undefined ? body : JSON.stringify(json),
        }),
      );
    },
    anonymous: (method, path, headers) => handler(new Request(ORIGIN + path, { method, headers })),
    anonymousPost: (path, body, headers) =>
      handler(new Request(ORIGIN + path, { method: "POST", headers, body })),
    preview: (id, path) => {
      const host = `${id}.localhost:8000`;
      return handler(new Request(`http://${host}${path}`, { headers: { host } }));
    },
    async [Symbol.asyncDispose]() {
      console.log = quiet;
      await services.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
  return house;
}
