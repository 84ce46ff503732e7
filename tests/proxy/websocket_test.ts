import { assertEquals } from "@std/assert";
import { closedPort, eventually, startProxy } from "./support.ts";

const wsUrl = (url: string) => url.replace("http", "ws");

function opened(socket: WebSocket): Promise<boolean> {
  const { promise, resolve } = eventually<boolean>("open or error");
  socket.onopen = () => resolve(true);
  socket.onerror = () => resolve(false);
  return promise;
}

function closed(socket: WebSocket): Promise<CloseEvent> {
  const { promise, resolve } = eventually<CloseEvent>("close");
  socket.onclose = resolve;
  return promise;
}

function nextMessage(socket: WebSocket): Promise<string | ArrayBuffer> {
  const { promise, resolve } = eventually<string | ArrayBuffer>("a message");
  socket.onmessage = ({ data }) => resolve(data);
  return promise;
}

Deno.test("A18 text and binary frames pass both ways, on the subprotocol that the app chose", async () => {
  const appClosed = eventually<CloseEvent>("close at the app");
  await using proxy = startProxy((req) => {
    const { socket, response } = Deno.upgradeWebSocket(req, { protocol: "vite-hmr" });
    socket.binaryType = "arraybuffer";
    // Said at once, perhaps before the visitor's own side is open.
    socket.onopen = () => socket.send("connected é😀");
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = appClosed.resolve;
    return response;
  });
  const socket = new WebSocket(`${wsUrl(proxy.url)}/?token=1`, ["other", "vite-hmr"]);
  socket.binaryType = "arraybuffer";
  const greeting = nextMessage(socket);
  assertEquals(await opened(socket), true);
  assertEquals(socket.protocol, "vite-hmr");
  assertEquals(await greeting, "connected é😀");
  for (const data of ["text", "", new Uint8Array([0, 1, 255]).buffer, new ArrayBuffer(2_000_000)]) {
    const echo = nextMessage(socket);
    socket.send(data);
    assertEquals(await echo, data);
  }
  const end = closed(socket);
  socket.close(4001, "enough");
  await end;
  const seen = await appClosed.promise;
  assertEquals([seen.code, seen.reason], [4001, "enough"]);
});

Deno.test("A18 the handshake carries path, cookies and the public host, and no session of Wakelight's", async () => {
  const handshake = eventually<{ path: string; headers: Headers }>("the handshake");
  await using proxy = startProxy((req) => {
    const { pathname, search } = new URL(req.url);
    handshake.resolve({ path: pathname + search, headers: new Headers(req.headers) });
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => socket.close();
    return response;
  });
  const Socket = WebSocket as unknown as new (url: string, init: { headers: HeadersInit }) => WebSocket;
  const socket = new Socket(`${wsUrl(proxy.url)}/live?a=1`, {
    headers: {
      cookie: "a=1; __Host-wakelight_session=s",
      origin: "http://shop.localhost:8000",
      "x-forwarded-for": "1.2.3.4",
    },
  });
  const end = closed(socket);
  const { path, headers } = await handshake.promise;
  assertEquals(path, "/live?a=1");
  assertEquals(headers.get("cookie"), "a=1");
  assertEquals(headers.get("origin"), proxy.upstream);
  assertEquals(headers.get("x-forwarded-host"), "shop.localhost:8000");
  assertEquals(headers.get("x-forwarded-for"), "127.0.0.1");
  assertEquals((await end).code, 1005);
});

Deno.test("A18 the app's close reaches the visitor with its code and reason", async () => {
  await using proxy = startProxy((req) => {
    const code = Number(new URL(req.url).searchParams.get("code"));
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => socket.close(code, "because");
    return response;
  });
  for (const code of [1000, 1001, 1011, 3000, 4403]) {
    const socket = new WebSocket(`${wsUrl(proxy.url)}/?code=${code}`);
    const end = await closed(socket);
    assertEquals([end.code, end.reason, end.wasClean], [code, "because", true]);
  }
});

Deno.test("A18 an app that dies ends the visitor's socket uncleanly, which is what hot reload waits for", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dying = (async () => {
    const connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    const request = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    const key = /sec-websocket-key: (.*)\r\n/i.exec(request)![1];
    const digest = await crypto.subtle.digest(
      "SHA-1",
      new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
    );
    const accept = btoa(String.fromCharCode(...new Uint8Array(digest)));
    const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
    // One frame, "hi", and the end of the process: no close frame.
    await connection.write(new Uint8Array([...new TextEncoder().encode(head), 0x81, 2, 0x68, 0x69]));
    return connection;
  })();
  await using proxy = startProxy(() => new Response());
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${listener.addr.port}` };
  const socket = new WebSocket(wsUrl(proxy.url));
  const message = nextMessage(socket);
  const end = closed(socket);
  assertEquals(await opened(socket), true);
  assertEquals(await message, "hi");
  (await dying).close();
  assertEquals((await end).wasClean, false);
  listener.close();
});

/** A visitor without a WebSocket client: it does after the handshake what no client does. */
async function rawHandshake(url: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(
    new TextEncoder().encode(
      "GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
  );
  const buffer = new Uint8Array(1024);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 101 Switching Protocols");
  return connection;
}

Deno.test("A18 a visitor who vanishes ends the app's socket", async () => {
  const appClosed = eventually<CloseEvent>("close at the app");
  await using proxy = startProxy((req) => {
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onclose = appClosed.resolve;
    return response;
  });
  const connection = await rawHandshake(proxy.url);
  connection.close();
  await appClosed.promise;
});

Deno.test("A18 a visitor who leaves before the app has answered the handshake leaves nothing open", async () => {
  const arrived = eventually<void>("the handshake at the app");
  const left = eventually<void>("the end of the app's connection");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const silent = (async () => {
    const connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    await connection.read(buffer);
    arrived.resolve();
    while (await connection.read(buffer).catch(() => null) !== null);
    left.resolve();
    connection.close();
  })();
  await using proxy = startProxy(() => new Response());
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${listener.addr.port}` };
  const socket = new WebSocket(wsUrl(proxy.url));
  const failed = opened(socket);
  await arrived.promise;
  socket.close();
  assertEquals(await failed, false);
  await left.promise;
  await silent;
  listener.close();
});

Deno.test("A18 a handshake that the app refuses or cannot hear is refused too", async () => {
  await using proxy = startProxy(() => new Response("no", { status: 403 }));
  const refused = new WebSocket(wsUrl(proxy.url));
  const refusedEnd = closed(refused);
  assertEquals(await opened(refused), false);
  await refusedEnd;
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${closedPort()}` };
  const down = new WebSocket(wsUrl(proxy.url));
  const downEnd = closed(down);
  assertEquals(await opened(down), false);
  await downEnd;
  assertEquals(proxy.reports, []);
});

Deno.test("X6 frames keep an app awake, except those of hot reload", async () => {
  await using proxy = startProxy((req) => {
    const offered = req.headers.get("sec-websocket-protocol");
    const { socket, response } = Deno.upgradeWebSocket(req, { protocol: offered ?? "" });
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const talk = async (protocols: string[]) => {
    proxy.acts.length = 0;
    const socket = new WebSocket(wsUrl(proxy.url), protocols);
    assertEquals(await opened(socket), true);
    const echo = nextMessage(socket);
    socket.send("ping");
    await echo;
    const end = closed(socket);
    socket.close();
    await end;
    return [...proxy.acts];
  };
  assertEquals(await talk([]), ["touch shop", "touch shop"]);
  assertEquals(await talk(["vite-hmr"]), []);
});

Deno.test("A18 a visitor who reads nothing is let go before he fills the server's memory", async () => {
  const appClosed = eventually<CloseEvent>("close at the app");
  let passed = 0;
  await using proxy = startProxy((req) => {
    const { socket, response } = Deno.upgradeWebSocket(req);
    const megabyte = new Uint8Array(1024 * 1024);
    socket.onopen = () => {
      for (; passed < 64; passed++) socket.send(megabyte);
    };
    socket.onclose = appClosed.resolve;
    return response;
  });
  const connection = await rawHandshake(proxy.url);
  // The app learns of it while the visitor is still connected, and still reads nothing.
  await appClosed.promise;
  assertEquals(passed, 64);
  connection.close();
});
