/** The Fresh app behind a real port, with a store in memory, whose previews the tests move along by themselves. */
import { Builder } from "fresh/dev";
import { decodeJwt, type JWTPayload, SignJWT } from "jose";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { readConfig } from "../../lib/config.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { keys } from "../../lib/kv/keys.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import type { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { TICKET_LIFE } from "../../lib/protocol/ticket.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { createApp } from "../../routes/(_lib)/create_app.ts";
import { APP, APP_ID } from "../preview/samples.ts";
import { type CoreIsolate, openIsolate } from "../support/core_isolate.ts";
import { Story } from "../support/core_story.ts";

export const OTHER_ORIGIN = "https://shop.example";
const SECRET = "a secret of thirty-two characters";
const ROOT = new URL("../../", import.meta.url).pathname;

/** Nothing is ever built here: another isolate, which the tests play, holds every lease. */
const sandbox: Sandbox = {
  open: () => Promise.reject(new Error("Nothing may be built in these tests")),
  has: () => Promise.resolve(false),
  sweep: () => Promise.resolve(),
};

let built: ReturnType<Builder["build"]> | undefined;

export interface House extends AsyncDisposable {
  readonly url: string;
  readonly kv: Deno.Kv;
  readonly services: Services;
  readonly core: CoreIsolate;
  readonly story: Story;
  /** Streams that are open just now. */
  readonly viewers: number;
  /** @param age seconds since it was issued */
  ticket(options?: { app?: AppId; age?: number; secret?: string }): Promise<string>;
  apiToken(): Promise<string>;
  /** True where the store says that somebody looks. */
  watched(): Promise<boolean>;
  /** Resolves once it is so. */
  until(met: () => boolean | Promise<boolean>): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  let handler: Deno.ServeHandler = () => new Response(null, { status: 503 });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (req, info) => handler(req, info),
  );
  const { port } = server.addr;
  const url = `http://127.0.0.1:${port}`;
  const config = readConfig({
    PUBLIC_URL: url,
    PREVIEW_DOMAIN: `localhost:${port}`,
    TICKET_SECRET: SECRET,
    STREAMS_PER_USER: "1000",
    STREAMS_PER_ADDRESS: "1000",
    ALLOWED_ORIGINS: ` https://other.example , ${OTHER_ORIGIN}`,
  });
  const services = await createServices(config, { kv, sandbox, host: "test", pid: 1, graceMs: 30 });
  await createAppStore(kv).create(APP);
  const app = createApp(services);
  (await (built ??= new Builder({ root: ROOT }).build({ snapshot: "memory" })))(app);
  handler = app.handler();
  const core = openIsolate(kv, { tell: (_, appId, news) => services.hub.announce(appId, news) });
  const apiToken = async () => (await services.tokens.create(FIRST_USER, "contract")).token;
  let issued: Promise<JWTPayload> | undefined;
  const { log } = console;
  console.log = () => {};
  return {
    url,
    kv,
    services,
    core,
    story: new Story(core),
    get viewers() {
      return services.hub.viewers;
    },
    async ticket({ app = APP_ID, age = 0, secret = SECRET } = {}) {
      const claims = await (issued ??= issue(url, await apiToken()));
      const iat = Math.floor(Date.now() / 1000) - age;
      // What follows the first dot names the token that the ticket was asked for with.
      const jti = claims.jti!.replace(/^[^.]*/, crypto.randomUUID());
      return await new SignJWT({ ...claims, app, iat, exp: iat + TICKET_LIFE, jti })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
    },
    apiToken,
    async watched() {
      for await (const _ of kv.list({ prefix: keys.viewersOf(APP_ID) })) return true;
      return false;
    },
    async until(met) {
      const late = Date.now() + 15_000;
      while (!await met()) {
        if (Date.now() > late) throw new Error(`Cannot wait any longer for ${met}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async [Symbol.asyncDispose]() {
      console.log = log;
      core.close();
      await services.close();
      await server.shutdown();
    },
  };
}

/** The claims of a real ticket: others are made of them. */
async function issue(url: string, token: string): Promise<JWTPayload> {
  const res = await fetch(`${url}/api/apps/${APP_ID}/ticket`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  return decodeJwt((await res.json()).ticket);
}
