import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { closedPort, DASHBOARD, eventually, PREVIEW, startProxy, VISIT } from "./support.ts";

Deno.test("A18 every method reaches the app with its path, query, headers and body", async () => {
  await using proxy = startProxy(async (req) => {
    const url = new URL(req.url);
    return Response.json({
      method: req.method,
      path: url.pathname + url.search,
      mine: req.headers.get("x-mine"),
      length: req.headers.get("content-length"),
      body: await req.text(),
    }, { status: 201, headers: { "x-theirs": "2" } });
  });
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
    const body = method === "GET" ? null : "a body";
    const answer = await proxy.fetch("//a/%2e%2e/b?c=%20d&e", { method, body, headers: { "x-mine": "1" } });
    assertEquals(answer.status, 201);
    assertEquals(answer.headers.get("x-theirs"), "2");
    assertEquals(await answer.json(), {
      method,
      path: "//b?c=%20d&e",
      mine: "1",
      length: body === null ? null : "6",
      body: body ?? "",
    });
  }
});

Deno.test("A18 the app is told the public host, its scheme, and the visitor's address", async () => {
  await using proxy = startProxy((req) => Response.json(Object.fromEntries(req.headers)));
  const answer = await proxy.fetch("/", {
    headers: {
      "x-forwarded-for": "10.9.8.7",
      "x-forwarded-proto": "https",
      "cookie": "wakelight_session=s; a=1",
    },
  });
  const seen = await answer.json();
  assertEquals(seen["x-forwarded-host"], "shop.localhost:8000");
  assertEquals(seen["x-forwarded-proto"], "http");
  assertEquals(seen["x-forwarded-for"], "127.0.0.1");
  assertEquals(seen["host"], new URL(proxy.upstream).host);
  assertEquals(seen["cookie"], "a=1");
});

Deno.test("A18 HEAD keeps the length, and statuses without a body pass", async () => {
  await using proxy = startProxy((req) => {
    const { pathname } = new URL(req.url);
    if (pathname === "/head") return new Response("x".repeat(1234));
    return new Response(null, { status: Number(pathname.slice(1)), headers: { etag: '"a"' } });
  });
  const head = await proxy.fetch("/head", { method: "HEAD" });
  assertEquals([head.status, head.headers.get("content-length"), await head.text()], [200, "1234", ""]);
  for (const status of [204, 205, 304]) {
    const answer = await proxy.fetch(`/${status}`);
    assertEquals([answer.status, answer.headers.get("etag"), await answer.text()], [status, '"a"', ""]);
  }
});

Deno.test("A18 redirects are passed on, and the app's own address in them becomes the preview's", async () => {
  await using proxy = startProxy((req) => {
    const to = new URL(req.url).searchParams.get("to")!;
    return new Response(null, { status: 302, headers: { location: to } });
  });
  const locationOf = async (to: string) => {
    const answer = await proxy.fetch(`/?to=${encodeURIComponent(to)}`);
    await answer.body?.cancel();
    assertEquals(answer.status, 302);
    return answer.headers.get("location");
  };
  assertEquals(await locationOf(`${proxy.upstream}/in?x#y`), `${PREVIEW}/in?x#y`);
  assertEquals(await locationOf("/relative"), "/relative");
  assertEquals(await locationOf("https://other.example/"), "https://other.example/");
});

Deno.test("X16 cookies lose their Domain, and each stays a header of its own", async () => {
  await using proxy = startProxy(() =>
    new Response("", {
      headers: [["set-cookie", "a=1; Domain=localhost; Path=/"], ["set-cookie", "b=2; HttpOnly"]],
    })
  );
  const answer = await proxy.fetch("/");
  await answer.body?.cancel();
  assertEquals(answer.headers.getSetCookie(), ["a=1; Path=/", "b=2; HttpOnly"]);
});

Deno.test("A18 an answer that the app compressed unasked arrives as it is and is decoded once", async () => {
  const text = "compress me ".repeat(100);
  await using proxy = startProxy(() =>
    new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")), {
      headers: { "content-encoding": "gzip", "content-type": "text/html" },
    })
  );
  assertEquals(await (await proxy.fetch("/", { headers: VISIT })).text(), text);
});

Deno.test("A18 an answer arrives chunk by chunk, when the app writes it", async () => {
  let app!: ReadableStreamDefaultController<Uint8Array>;
  await using proxy = startProxy(() =>
    new Response(new ReadableStream({ start: (c) => void (app = c) }), {
      headers: { "content-type": "text/event-stream" },
    })
  );
  const answer = await proxy.fetch("/");
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (const chunk of ["one", "two", "three"]) {
    // The next one is written only after the one before it has come all the way.
    app.enqueue(new TextEncoder().encode(chunk));
    assertEquals((await reader.read()).value, chunk);
  }
  app.close();
  assertEquals((await reader.read()).done, true);
});

Deno.test("A18 a download of 20 MB arrives byte by byte as it was, with a length and without", async () => {
  const MB = 1024 * 1024;
  const bytes = Uint8Array.from({ length: 20 * MB }, (_, i) => (i * 31 + (i >> 16)) % 256);
  await using proxy = startProxy((req) =>
    new Response(new URL(req.url).pathname === "/length" ? bytes : new Blob([bytes]).stream())
  );
  for (const path of ["/length", "/stream"]) {
    const answer = await proxy.fetch(path);
    let at = 0;
    let same = true;
    for await (const piece of answer.body!) {
      same &&= piece.every((byte, i) => byte === bytes[at + i]);
      at += piece.length;
    }
    assertEquals([at, same], [20 * MB, true], path);
  }
});

Deno.test("A18 a request body arrives chunk by chunk, while the visitor still writes it", async () => {
  const first = eventually<string>("the first chunk at the app");
  await using proxy = startProxy(async (req) => {
    const reader = req.body!.pipeThrough(new TextDecoderStream()).getReader();
    first.resolve((await reader.read()).value!);
    return new Response((await reader.read()).value);
  });
  let visitor!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (c) => void (visitor = c) });
  const answer = proxy.fetch("/", { method: "POST", body });
  visitor.enqueue(new TextEncoder().encode("one"));
  assertEquals(await first.promise, "one");
  visitor.enqueue(new TextEncoder().encode("two"));
  visitor.close();
  assertEquals(await (await answer).text(), "two");
});

Deno.test("A18 an upload of 20 MB streams through unchanged", async () => {
  const MB = 1024 * 1024;
  await using proxy = startProxy(async (req) => {
    let size = 0;
    let sum = 0;
    for await (const chunk of req.body!) {
      size += chunk.length;
      for (let i = 0; i < chunk.length; i += 4096) sum = (sum + chunk[i]) % 65_521;
    }
    return Response.json({ size, told: req.headers.get("content-length") });
  });
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(c) {
      if (sent++ === 20) c.close();
      else c.enqueue(new Uint8Array(MB).fill(sent));
    },
  });
  const answer = await proxy.fetch("/", { method: "PUT", body });
  assertEquals(await answer.json(), { size: 20 * MB, told: null });
});

Deno.test("A18 a body of announced length keeps it, small or large", async () => {
  await using proxy = startProxy(async (req) => {
    const told = req.headers.get("content-length");
    return Response.json({ told, came: (await req.bytes()).length });
  });
  for (const length of [0, 1, 65_536, 65_537, 3_000_000]) {
    const answer = await proxy.fetch("/", { method: "POST", body: new Uint8Array(length).fill(120) });
    assertEquals(await answer.json(), { told: `${length}`, came: length });
  }
});

Deno.test("A18 a visitor who leaves while the app thinks ends the app's request", async () => {
  const arrived = eventually<void>("the request at the app");
  const left = eventually<void>("the end of the app's request");
  await using proxy = startProxy(async (req) => {
    req.signal.addEventListener("abort", () => left.resolve());
    arrived.resolve();
    await left.promise;
    return new Response();
  });
  const visitor = new AbortController();
  const answer = proxy.fetch("/", { signal: visitor.signal }).catch((error) => error.name);
  await arrived.promise;
  visitor.abort();
  assertEquals(await answer, "AbortError");
  await left.promise;
});

Deno.test("A18 a visitor who leaves in the middle of an answer ends the app's stream", async () => {
  for (const type of ["text/html", "application/octet-stream"]) {
    const left = eventually<void>(`the end of the app's ${type}`);
    await using proxy = startProxy(() =>
      new Response(
        new ReadableStream({
          start: (c) => c.enqueue(new TextEncoder().encode("<p>begin")),
          cancel: () => left.resolve(),
        }),
        { headers: { "content-type": type } },
      )
    );
    const visitor = new AbortController();
    const answer = await proxy.fetch("/", { headers: VISIT, signal: visitor.signal });
    const reader = answer.body!.getReader();
    assert((await reader.read()).value!.length > 0);
    visitor.abort();
    await reader.read().catch(() => {});
    await left.promise;
  }
});

Deno.test("A18 an upstream that is down gives a 502 page that says so and what to do", async () => {
  await using proxy = startProxy(() => new Response());
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${closedPort()}`, name: "Shop <1>" };
  const page = await proxy.fetch("/", { headers: VISIT });
  assertEquals(page.status, 502);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const html = await page.text();
  assertStringIncludes(html, "Shop &lt;1&gt; does not answer");
  assertStringIncludes(html, "Reload this page");
  assertStringIncludes(html, `href="${DASHBOARD}/apps/shop"`);
  const json = await proxy.fetch("/", { method: "POST", body: "x", headers: { accept: "application/json" } });
  assertEquals(json.status, 502);
  assertEquals(json.headers.get("content-type"), "application/problem+json");
  assertEquals((await json.json()).code, "preview_unreachable");
});

Deno.test("A18 an app that hangs up without an answer is a 502, and one that breaks off is not mended", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(1024);
      const read = await connection.read(buffer) ?? 0;
      if (new TextDecoder().decode(buffer.subarray(0, read)).startsWith("GET /half")) {
        await connection.write(
          new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        );
      }
      connection.close();
    }
  })();
  await using proxy = startProxy(() => new Response());
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${listener.addr.port}` };
  const nothing = await proxy.fetch("/nothing");
  await nothing.body?.cancel();
  assertEquals(nothing.status, 502);
  const half = await proxy.fetch("/half").then((answer) => answer.text()).catch(() => "broke off");
  assertEquals(half, "broke off");
  listener.close();
  await serving;
});

Deno.test("A18 bytes that are no ASCII pass in headers as they are", async () => {
  let asked: string | null = null;
  await using proxy = startProxy((req) => {
    asked = req.headers.get("x-mine");
    return new Response("", { headers: { "x-theirs": "\xc3\xa0\x80\xff" } });
  });
  const answer = await proxy.fetch("/", { headers: { "x-mine": "\xc3\xa0 \x80" } });
  await answer.body?.cancel();
  assertEquals([asked, answer.headers.get("x-theirs")], ["\xc3\xa0 \x80", "\xc3\xa0\x80\xff"]);
});

Deno.test("A18 an app that does not speak HTTP is a 502", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1024));
      await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
      connection.close();
    }
  })();
  await using proxy = startProxy(() => new Response());
  proxy.view = { ...proxy.view!, upstream: `http://127.0.0.1:${listener.addr.port}` };
  const answer = await proxy.fetch("/");
  await answer.body?.cancel();
  assertEquals(answer.status, 502);
  assertEquals(proxy.reports, []);
  listener.close();
  await serving;
});
