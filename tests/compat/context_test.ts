import { assert, assertEquals, assertRejects } from "@std/assert";
import { App, type Context } from "fresh";
import { answer, asker } from "./support/ask.ts";

/** Runs `use` with the context of one request. */
async function inContext<T>(path: string, use: (ctx: Context<unknown>) => T | Promise<T>): Promise<T> {
  let result!: T;
  const app = new App().all("/*", async (ctx) => {
    result = await use(ctx);
    return new Response();
  });
  await asker(app)(path);
  return result;
}

Deno.test("a context's own keys", async () => {
  assertEquals(
    await inContext("/", (ctx) => Object.keys(ctx).sort()),
    "Component config data error info isPartial next params req route state url".split(" "),
  );
});

Deno.test("what a fresh context holds", async () => {
  const { config, data, error, info, isPartial, route, state } = await inContext("/a?b", (ctx) => ctx);
  assertEquals({ config, data, error, isPartial, route, state }, {
    config: { root: ".", basePath: "", mode: "production", trustProxy: false },
    data: undefined,
    error: null,
    isPartial: false,
    route: "/*",
    state: {},
  });
  assertEquals(info.remoteAddr, { transport: "tcp", hostname: "localhost", port: 1234 });
});

Deno.test("redirect", async (t) => {
  const table: [path: string, to: string, location: string][] = [
    ["/", "/a", "/a"],
    ["/", "//evil.example/x", "/evil.example/x"],
    ["/", "///evil.example", "/evil.example"],
    ["/", "/a//b?next=//c#//d", "/a/b?next=//c#//d"],
    ["/", "https://example.com//a", "https://example.com//a"],
    ["/?fresh-partial=true", "/a#top", "/a?fresh-partial=true#top"],
    ["/?fresh-partial=true", "/a?b", "/a?b&fresh-partial=true"],
  ];
  for (const [path, to, location] of table) {
    await t.step(`${to} → ${location}`, async () => {
      const response = await inContext(path, (ctx) => ctx.redirect(to));
      assertEquals([response.status, response.headers.get("location")], [302, location]);
    });
  }
  assertEquals((await inContext("/", (ctx) => ctx.redirect("/", 307))).status, 307);
});

Deno.test("text, html and json have their content types", async () => {
  const type = (response: Response) => response.headers.get("content-type");
  const init = { status: 201, headers: { "x-a": "1" } };
  await inContext("/", async (ctx) => {
    const text = ctx.text("t", init);
    assertEquals([type(text), await text.text(), text.status], ["text/plain;charset=UTF-8", "t", 201]);
    const html = ctx.html("<p>", init);
    assertEquals([type(html), await html.text(), html.headers.get("x-a")], [
      "text/html; charset=utf-8",
      "<p>",
      "1",
    ]);
    const json = ctx.json({ a: 1 }, init);
    assertEquals([type(json), await json.json(), json.status], ["application/json", { a: 1 }, 201]);
  });
});

Deno.test("stream takes iterables, async iterables and functions, and sets no content type", async (t) => {
  const bytes = new TextEncoder().encode("b");
  const sources = {
    iterable: ["a", bytes],
    "async iterable": (async function* () {
      yield "a";
      yield await Promise.resolve(bytes);
    })(),
    "function": function* () {
      yield "a";
      yield bytes;
    },
    "stream": new Blob(["ab"]).stream(),
  };
  for (const [name, source] of Object.entries(sources)) {
    await t.step(name, async () => {
      const response = await inContext("/", (ctx) => ctx.stream(source));
      assertEquals([response.headers.get("content-type"), await response.text()], [null, "ab"]);
    });
  }
});

Deno.test("a reader who leaves ends the iterator", async () => {
  let ended = false;
  async function* endless() {
    try {
      while (true) yield await Promise.resolve("x");
    } finally {
      ended = true;
    }
  }
  const response = await inContext("/", (ctx) => ctx.stream(endless()));
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  assert(ended);
});

Deno.test("upgrade refuses what is no WebSocket request with 400", async () => {
  const app = new App().ws("/ws", { open() {} });
  assertEquals(await answer(await asker(app)("/ws")), [400, "Expected a WebSocket upgrade request"]);
});

Deno.test("ws: handlers hear open, message and close; upgrade() gives socket and response", async () => {
  const heard: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const app = new App()
    .ws("/handlers", {
      open: (socket) => socket.send("hello"),
      message: (socket, event) => (heard.push(event.data), socket.close(4000, "enough")),
      close: (_socket, code, reason) => (heard.push(code, reason), closed.resolve()),
    }, { protocol: "chat" })
    .get("/plain", (ctx) => {
      const { socket, response } = ctx.upgrade({});
      socket.onopen = () => socket.close(4001);
      return response;
    });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.handler());
  const base = `ws://127.0.0.1:${server.addr.port}`;

  const socket = new WebSocket(`${base}/handlers`, "chat");
  const ended = new Promise<number>((resolve) => socket.onclose = (event) => resolve(event.code));
  socket.onmessage = (event) => socket.send(`${event.data} back via ${socket.protocol}`);
  assertEquals(await ended, 4000);
  await closed.promise;
  assertEquals(heard, ["hello back via chat", 4000, "enough"]);

  const plain = new WebSocket(`${base}/plain`);
  assertEquals(await new Promise((resolve) => plain.onclose = (event) => resolve(event.code)), 4001);
});

Deno.test("render without arguments, or with what is no VNode, throws", async () => {
  await inContext("/", async (ctx) => {
    await assertRejects(() => (ctx.render as () => Promise<unknown>)(), Error, "no arguments");
    await assertRejects(() => ctx.render("text" as never), Error, "not a VNode");
    assertEquals((await ctx.render(null)).status, 200);
  });
});

Deno.test("listen takes the first free port from 8000 on, or the one given", async () => {
  const controller = new AbortController();
  const addresses: Deno.NetAddr[] = [];
  const app = new App().get("/", (ctx) => ctx.text("up"));
  const options = { hostname: "127.0.0.1", signal: controller.signal };
  const onListen = (address: Deno.NetAddr) => void addresses.push(address);
  await app.listen({ ...options, onListen });
  await app.listen({ ...options, onListen });
  const [first, second] = addresses.map(({ port }) => port);
  assert(first >= 8000 && second > first && second < 8020);
  assertEquals(await (await fetch(`http://127.0.0.1:${second}/`)).text(), "up");
  await assertRejects(() => app.listen({ ...options, port: first }), Deno.errors.AddrInUse);
  controller.abort();
});
