/** The whole app in process: real store in memory, real Git, real local sandbox; requests go to its handler. */
import { Builder } from "fresh/dev";
import { readConfig } from "../../lib/config.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { createApp } from "../../routes/(_lib)/create_app.ts";

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
  return {
    kv,
    services,
    folder,
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
}
