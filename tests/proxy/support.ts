/** A proxy on a real socket, before a real app; every request goes to the one app "shop". */
import { createPreviewProxy } from "../../lib/proxy/proxy.ts";
import type { PreviewView } from "../../lib/proxy/upstream.ts";
import { AppId } from "../../lib/protocol/ids.ts";

export const SHOP = AppId.parse("shop");
export const DASHBOARD = "http://localhost:8000";
export const PREVIEW = "http://shop.localhost:8000";
export const LISTED = "https://portal.example";

/** Headers of a browser that opens a page. */
export const VISIT = {
  "accept": "text/html,*/*;q=0.8",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "user-agent": "Mozilla/5.0 Chrome/153",
};

export const ASLEEP: PreviewView = {
  name: "Shop",
  state: "sleeping",
  upstream: null,
  pendingBuild: false,
  error: null,
};

type Handler = (req: Request) => Response | Promise<Response>;

export interface TestProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port` of the proxy and of the app */
  readonly url: string;
  readonly upstream: string;
  /** What the lookup answers from now on; null for an unknown app. */
  view: PreviewView | null;
  /** What the proxy did, in order. */
  readonly acts: string[];
  readonly reports: unknown[];
  /** A request as the visitor makes it; redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export function startProxy(app: Handler): TestProxy {
  const behind = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, onError: () => new Response() },
    app,
  );
  const upstream = `http://127.0.0.1:${behind.addr.port}`;
  const acts: string[] = [];
  const reports: unknown[] = [];
  const running: PreviewView = { ...ASLEEP, state: "running", upstream };
  const proxy = createPreviewProxy({
    lookup: { find: () => Promise.resolve(self.view) },
    acts: {
      touch: (appId) => void acts.push(`touch ${appId}`),
      wake: (appId) => Promise.resolve(void acts.push(`wake ${appId}`)),
    },
    previewDomain: "localhost:8000",
    publicUrl: DASHBOARD,
    allowedOrigins: [LISTED],
    report: (error) => reports.push(error),
  });
  const front = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (req, info) => proxy(req, info, SHOP),
  );
  const url = `http://127.0.0.1:${front.addr.port}`;
  const self: TestProxy = {
    url,
    upstream,
    view: running,
    acts,
    reports,
    fetch: (path, init) => fetch(url + path, { redirect: "manual", ...init }),
    async [Symbol.asyncDispose]() {
      await front.shutdown();
      proxy.close();
      await behind.shutdown();
    },
  };
  return self;
}

/** A promise with its two ends outside, and a deadline so that a failing test ends by itself. */
export function eventually<T>(what: string, ms = 5_000) {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`Never happened: ${what}`)), ms);
  return { promise: promise.finally(() => clearTimeout(timer)), resolve };
}

/** A port on which nothing listens. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
