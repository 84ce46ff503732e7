import { assertEquals } from "@std/assert";
import { bridgeScript } from "../../lib/proxy/bridge.ts";
import { DASHBOARD, PREVIEW } from "./support.ts";

/** The few parts of a page that the script touches, with what it does to them written down. */
function framedPage({ nested = false, topLevel = false } = {}) {
  const posted: [unknown, string][] = [];
  const done: string[] = [];
  const listeners: Record<string, (event: unknown) => void> = {};
  const location = {
    origin: PREVIEW,
    pathname: "/start",
    search: "?q=1",
    hash: "",
    assign: (href: string) => void done.push(`assign ${href}`),
    reload: () => void done.push("reload"),
  };
  const move = (path: string) => {
    const url = new URL(path, PREVIEW);
    Object.assign(location, { pathname: url.pathname, search: url.search, hash: url.hash });
  };
  const history = {
    pushState: (_state: unknown, _title: string, path: string) => move(path),
    replaceState: (_state: unknown, _title: string, path: string) => move(path),
  };
  const outer = { postMessage: (message: unknown, origin: string) => void posted.push([message, origin]) };
  const window: Record<string, unknown> = {
    addEventListener: (name: string, listener: (event: unknown) => void) => void (listeners[name] = listener),
  };
  window.parent = topLevel ? window : outer;
  window.top = nested ? {} : topLevel ? window : outer;
  const document = { currentScript: { remove: () => void done.push("script removed") } };
  new Function("window", "document", "location", "history", bridgeScript(DASHBOARD))(
    window,
    document,
    location,
    history,
  );
  const say = (data: unknown, from: { origin?: string; source?: unknown } = {}) =>
    listeners.message({ origin: DASHBOARD, source: outer, data, ...from });
  return { posted, done, listeners, history, move, say };
}

const navigated = (path: string) => [{ type: "wakelight:navigated", path }, DASHBOARD];

Deno.test("A25 each navigation is told to the dashboard, and to its origin only", () => {
  const page = framedPage();
  page.history.pushState(null, "", "/cart#top");
  page.history.replaceState(null, "", "/cart?n=2");
  page.move("/back");
  page.listeners.popstate({});
  page.move("/back#x");
  page.listeners.hashchange({});
  // The same path again is no news.
  page.listeners.load({});
  assertEquals(
    page.posted,
    ["/start?q=1", "/cart#top", "/cart?n=2", "/back", "/back#x"].map(navigated) as typeof page.posted,
  );
});

Deno.test("A25 a page that comes out of the back-forward cache says again where it is", () => {
  const page = framedPage();
  page.listeners.pageshow({ persisted: true });
  assertEquals(page.posted.length, 2);
});

Deno.test("A25 the dashboard can send the frame home, to a path, and reload it", () => {
  const page = framedPage();
  page.say({ type: "wakelight:go", path: "home" });
  page.say({ type: "wakelight:go", path: "/a?b#c" });
  page.say({ type: "wakelight:reload" });
  assertEquals(page.done, ["script removed", `assign ${PREVIEW}/`, `assign ${PREVIEW}/a?b#c`, "reload"]);
});

Deno.test("A25 nobody else can, and nowhere else", () => {
  const page = framedPage();
  const go = { type: "wakelight:go", path: "/" };
  page.say(go, { origin: "https://evil.example" });
  page.say(go, { origin: "null" });
  page.say(go, { source: {} });
  for (
    const path of [
      "https://evil.example/",
      "//evil.example",
      "javascript:alert(1)",
      "/\\evil.example",
      5,
      null,
    ]
  ) {
    page.say({ type: "wakelight:go", path });
  }
  for (const data of [null, "wakelight:reload", 5, undefined, {}]) page.say(data);
  assertEquals(page.done, ["script removed"]);
});

Deno.test("A25 outside the dashboard's frame the bridge does nothing", () => {
  for (const where of [{ topLevel: true }, { nested: true }]) {
    const page = framedPage(where);
    assertEquals([page.posted, Object.keys(page.listeners)], [[], []]);
    assertEquals(page.done, ["script removed"]);
  }
});

Deno.test("A25 the dashboard's origin cannot break out of the script", () => {
  assertEquals(typeof new Function(bridgeScript(`https://a.example"\n);alert(1)//`)), "function");
});
