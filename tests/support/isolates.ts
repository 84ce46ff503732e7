/** Several whole isolates that share one store and nothing else, each on a port of its own; nothing is ever built. */
import { Builder } from "fresh/dev";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { readConfig } from "../../lib/config.ts";
import { connectEvents, type EventsConnection } from "../../lib/client/connect.ts";
import type { TransportName } from "../../lib/client/connection_state.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import type { App } from "../../lib/preview/app.ts";
import type { WireEvent } from "../../lib/protocol/events.ts";
import type { UserId } from "../../lib/protocol/ids.ts";
import type { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { createServices, type Services, type Surroundings } from "../../lib/services.ts";
import { createApp } from "../../routes/(_lib)/create_app.ts";
import { APP } from "../preview/samples.ts";
import { until } from "./until.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const sandbox: Sandbox = {
  open: () => Promise.reject(new Error("Nothing may be built in these tests")),
  has: () => Promise.resolve(false),
  sweep: () => Promise.resolve(),
};

export interface Isolate {
  readonly url: string;
  readonly services: Services;
}

/** Somebody's browser: its session's cookie. */
export interface Person {
  readonly cookie: string;
}

export interface Follower {
  readonly connection: EventsConnection;
  readonly events: readonly WireEvent[];
}

export interface Isolates extends AsyncDisposable {
  readonly kv: Deno.Kv;
  /** The store's file. */
  readonly path: string;
  readonly isolates: readonly Isolate[];
  /** Another session of the first user. */
  signIn(): Promise<Person>;
  /** A request with the session; its body has to be read. */
  ask(isolate: Isolate, person: Person, method: string, path: string, json?: unknown): Promise<Response>;
  ticket(isolate: Isolate, person: Person): Promise<string>;
  /** The page's own client, on one transport. Live when this resolves. */
  follow(
    isolate: Isolate,
    who: Person | { readonly apiToken: string },
    transport: TransportName,
    more?: { readonly fails?: boolean },
  ): Promise<Follower>;
}

export interface IsolatesOptions {
  readonly count?: number;
  readonly environment?: Record<string, string>;
  readonly app?: App;
  readonly around?: Partial<Surroundings>;
  /** Called with the store's path before any isolate opens it. */
  readonly before?: (path: string) => Promise<void>;
}

export async function openIsolates(options: IsolatesOptions = {}): Promise<Isolates> {
  const { count = 2, environment = {}, app = APP, around = {} } = options;
  const folder = await Deno.makeTempDir({ prefix: "wakelight-isolates-" });
  const path = `${folder}/kv.sqlite`;
  await options.before?.(path);
  const kv = await Deno.openKv(path);
  await createAppStore(kv).create(app);
  const snapshot = await new Builder({ root: ROOT }).build({ snapshot: "memory" });
  const { log } = console;
  console.log = () => {};

  const isolates: (Isolate & { server: Deno.HttpServer })[] = [];
  for (let n = 0; n < count; n++) {
    let handler: Deno.ServeHandler = () => new Response(null, { status: 503 });
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (req, info) => handler(req, info),
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const config = readConfig({
      PUBLIC_URL: url,
      PREVIEW_DOMAIN: `localhost:${server.addr.port}`,
      TICKET_SECRET: "a secret of thirty-two characters",
      DATA_DIR: folder,
      ...environment,
    });
    const own = await Deno.openKv(path);
    const services = await createServices(config, {
      kv: own,
      sandbox,
      host: "test",
      pid: 1,
      graceMs: 30,
      ...around,
    });
    const fresh = createApp(services);
    snapshot(fresh);
    handler = fresh.handler();
    isolates.push({ url, services, server });
  }

  const followers: EventsConnection[] = [];
  const house: Isolates = {
    kv,
    path,
    isolates,
    async signIn() {
      const { services } = isolates[0];
      const token = new URL(await services.signInLink()).searchParams.get("token")!;
      const signedIn = await services.signIn(token);
      if (!signedIn.ok) throw new Error(signedIn.code);
      return { cookie: signedIn.value.cookie.split(";")[0] };
    },
    ask: (isolate, { cookie }, method, path, json) =>
      fetch(isolate.url + path, {
        method,
        headers: {
          cookie,
          origin: isolate.url,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
        },
        body: json === undefined ? undefined : JSON.stringify(json),
        redirect: "manual",
      }),
    async ticket(isolate, person) {
      const res = await house.ask(isolate, person, "POST", `/api/apps/${app.id}/ticket`);
      const { ticket } = await res.json();
      return ticket;
    },
    async follow(isolate, who, transport, { fails = false } = {}) {
      const events: WireEvent[] = [];
      const connection = connectEvents({
        appId: app.id,
        baseUrl: isolate.url,
        ...("apiToken" in who ? { apiToken: who.apiToken } : {}),
        onEvent: (event) => void events.push(event),
        seams: {
          memory: { load: () => transport, save: () => {} },
          random: () => 0,
          // What a browser adds by itself.
          fetch: (input, init) => {
            const headers = new Headers(init?.headers);
            if ("cookie" in who) headers.set("cookie", who.cookie);
            headers.set("origin", isolate.url);
            return fetch(input, { ...init, headers });
          },
        },
      });
      followers.push(connection);
      if (!fails) await until(`${transport} is live`, () => connection.view.phase === "live");
      return { connection, events };
    },
    async [Symbol.asyncDispose]() {
      for (const follower of followers) follower.close();
      for (const { services, server } of isolates) {
        await services.close();
        await server.shutdown();
      }
      kv.close();
      console.log = log;
      await Deno.remove(folder, { recursive: true });
    },
  };
  return house;
}

/** A user of his own, with a session. */
export async function invite(house: Isolates, name: string): Promise<Person & { readonly id: UserId }> {
  const { services } = house.isolates[0];
  const invited = await services.invite(FIRST_USER, name);
  if (!invited.ok) throw new Error(invited.code);
  const token = new URL(invited.value.signInLink).searchParams.get("token")!;
  const signedIn = await services.signIn(token);
  if (!signedIn.ok) throw new Error(signedIn.code);
  return { cookie: signedIn.value.cookie.split(";")[0], id: invited.value.user.id };
}
