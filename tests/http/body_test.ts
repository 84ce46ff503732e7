import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { z } from "zod";
import { BODY_LIMIT, readBody, readJson } from "../../lib/http/body.ts";
import { refusalResponse } from "../../lib/http/problem.ts";

const post = (body: BodyInit | null, headers?: HeadersInit) =>
  new Request("http://localhost/", { method: "POST", body, headers });

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks);
}

Deno.test("A26 a body of exactly 1 MiB is read, one byte more is refused", async () => {
  const whole = await readBody(post(new Uint8Array(BODY_LIMIT).fill(7)));
  assert(whole.ok && whole.value.byteLength === 1_048_576);
  assert(whole.value.every((byte) => byte === 7));
  assertEquals(await readBody(post(new Uint8Array(BODY_LIMIT + 1))), { ok: false, code: "body_too_large" });
});

Deno.test("A26 a Content-Length over the limit is refused before a byte is read", async () => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(++pulled)),
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const req = post(body, { "content-length": String(BODY_LIMIT + 1) });
  assertEquals(await readBody(req), { ok: false, code: "body_too_large" });
  assertEquals(pulled, 0);
  assert(cancelled);
});

Deno.test("A26 an endless body is cut off as soon as it is over the limit", async () => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  assertEquals(await readBody(post(body), 10_000), { ok: false, code: "body_too_large" });
  assert(cancelled);
  assert(pulled <= 12, `${pulled} chunks were taken`);
});

Deno.test("A26 a body is read whole or refused, however it is cut into chunks and whatever length it claims", async () => {
  const chunk = fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes));
  await fc.assert(fc.asyncProperty(
    fc.array(chunk, { maxLength: 12 }),
    fc.nat(300),
    fc.option(fc.oneof(fc.nat(600).map(String), fc.constantFrom("", "abc", "-1", "1e9")), { nil: undefined }),
    async (chunks, limit, claimed) => {
      const bytes = chunks.flatMap((c) => [...c]);
      const req = post(streamOf(chunks), claimed === undefined ? {} : { "content-length": claimed });
      const result = await readBody(req, limit);
      if (bytes.length > limit || Number(claimed ?? 0) > limit) {
        assertEquals(result, { ok: false, code: "body_too_large" });
      } else {
        assert(result.ok);
        assertEquals([...result.value], bytes);
      }
    },
  ));
});

Deno.test("A26 a server answers 413 to the announcement of a body that is too large, without waiting for it", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    const body = await readBody(req);
    return body.ok ? new Response(String(body.value.byteLength)) : refusalResponse(body);
  });
  const socket = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  // A server that waited for the body would never answer; then the read ends without one.
  const giveUp = setTimeout(() => socket.closeWrite(), 5000);
  await socket.write(
    new TextEncoder().encode("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"),
  );
  const answer = new Uint8Array(1024);
  const size = await socket.read(answer);
  clearTimeout(giveUp);
  socket.close();
  assert(new TextDecoder().decode(answer.subarray(0, size ?? 0)).startsWith("HTTP/1.1 413 "));
});

const Shape = z.object({ name: z.string().min(1), commands: z.object({ start: z.string() }).optional() });

Deno.test("A26 a JSON body is checked against its schema", async () => {
  assertEquals(await readJson(post('{"name":"näh","extra":1}'), Shape), { ok: true, value: { name: "näh" } });
  const wrong = await readJson(post('{"name":"","commands":{"start":5}}'), Shape);
  assert(!wrong.ok && wrong.code === "invalid_input");
  assert(wrong.detail?.includes("name:") && wrong.detail.includes("commands.start:"), wrong.detail);
});

Deno.test("A26 what is no JSON is told apart from JSON of the wrong shape", async () => {
  for (const body of ["", "{", "{'name':1}", new Uint8Array([0x22, 0xff, 0x22])]) {
    assertEquals(await readJson(post(body), Shape), { ok: false, code: "invalid_json" });
  }
  for (const body of ["null", "[]", "1", '"x"']) {
    const refused = await readJson(post(body), Shape);
    assert(!refused.ok && refused.code === "invalid_input");
  }
});

Deno.test("A17 an empty body stands for what the route says", async () => {
  const Optional = z.object({ commit: z.string().optional() });
  assertEquals(await readJson(post(null), Optional, { whenEmpty: {} }), { ok: true, value: {} });
  assertEquals(await readJson(post(null), Optional), { ok: false, code: "invalid_json" });
});

Deno.test("A26 a JSON body over the limit is not parsed", async () => {
  assertEquals(await readJson(post('{"name":"123456789"}'), Shape, { limit: 10 }), {
    ok: false,
    code: "body_too_large",
  });
});

Deno.test("A26 the detail of a refused body stays short and repeats no value", async () => {
  const Many = z.record(z.string(), z.string().max(3));
  const body = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`field-${i}`, "hunter2-secret"]));
  const refused = await readJson(post(JSON.stringify(body)), Many);
  assert(!refused.ok && refused.detail !== undefined && refused.detail.length <= 500);
  assert(!refused.detail.includes("hunter2"));
});
