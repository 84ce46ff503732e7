/** What the proxy does to the pages of an app. */
import { assertEquals } from "@std/assert";
import { DASHBOARD, startProxy, VISIT } from "./support.ts";

Deno.test("A25 pages carry the bridge, and nothing else does", async () => {
  const html = "<!doctype html><html><head><title>a</title></head></html>";
  await using proxy = startProxy((req) => {
    const { searchParams } = new URL(req.url);
    const headers: Record<string, string> = { "content-type": searchParams.get("type") ?? "text/html" };
    if (searchParams.has("csp")) headers["content-security-policy"] = searchParams.get("csp")!;
    return new Response(html, { headers });
  });
  const bridged = async (path: string, headers: Record<string, string>) => {
    const answer = await proxy.fetch(path, { headers });
    const text = await answer.text();
    const has = text === html.replace("<head>", '<head><script src="/_wakelight/bridge.js"></script>');
    if (!has) assertEquals(text, html);
    return has;
  };
  const frame = { ...VISIT, "sec-fetch-dest": "iframe" };
  assertEquals(await bridged("/", VISIT), true);
  assertEquals(await bridged("/", frame), true);
  assertEquals(await bridged("/", { accept: "text/html" }), true);
  assertEquals(await bridged("/?csp=script-src 'self'", frame), true);
  assertEquals(await bridged("/?csp=script-src 'none'", frame), false);
  assertEquals(await bridged("/?type=text/plain", frame), false);
  assertEquals(await bridged("/?type=text/html;charset=utf-16", frame), false);
  assertEquals(await bridged("/", { accept: "*/*" }), false);
  assertEquals(await bridged("/", { ...frame, "sec-fetch-dest": "empty" }), false);
});

Deno.test("A25 a page streams through the bridge chunk by chunk", async () => {
  let app!: ReadableStreamDefaultController<Uint8Array>;
  await using proxy = startProxy(() =>
    new Response(new ReadableStream({ start: (c) => void (app = c) }), {
      headers: { "content-type": "text/html" },
    })
  );
  const answer = await proxy.fetch("/", { headers: VISIT });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  app.enqueue(new TextEncoder().encode("<html><head><title>"));
  assertEquals(
    (await reader.read()).value,
    '<html><head><script src="/_wakelight/bridge.js"></script><title>',
  );
  app.enqueue(new TextEncoder().encode("slow"));
  assertEquals((await reader.read()).value, "slow");
  app.close();
  assertEquals((await reader.read()).done, true);
});

Deno.test("A25 a large page arrives whole, to a slow reader too", async () => {
  const line = "<p>0123456789</p>\n";
  const body = line.repeat(200_000);
  await using proxy = startProxy(() =>
    new Response(`<head>${body}`, { headers: { "content-type": "text/html" } })
  );
  const answer = await proxy.fetch("/", { headers: VISIT });
  let text = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    await new Promise((resolve) => setTimeout(resolve));
  }
  // As one comparison: the difference of two such texts says nothing.
  assertEquals(text === `<head><script src="/_wakelight/bridge.js"></script>${body}`, true);
});

Deno.test("A23 the dashboard may frame an app that forbids framing", async () => {
  await using proxy = startProxy(() => new Response("", { headers: { "x-frame-options": "DENY" } }));
  const answer = await proxy.fetch("/");
  await answer.body?.cancel();
  assertEquals(answer.headers.get("x-frame-options"), null);
  assertEquals(answer.headers.get("content-security-policy"), `frame-ancestors ${DASHBOARD}`);
});
