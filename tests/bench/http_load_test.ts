import { assert, assertEquals, assertRejects } from "@std/assert";
import { httpLoad } from "../../bench/support/http_load.ts";

async function serving(handler: () => Response, use: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  try {
    await use(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

const LOAD = { path: "/", connections: 2, seconds: 0.2, warmUp: 0 };

Deno.test("the load counts answers that are as the first one was", async () => {
  await serving(() => new Response("hello"), async (port) => {
    const { requests, length, latency, perSecond } = await httpLoad({ port, ...LOAD });
    assert(requests > 0);
    assertEquals(latency.count, requests);
    assertEquals(perSecond, requests / LOAD.seconds);
    assertEquals(length, 5);
  });
});

Deno.test("the load fails where an answer is another one", async () => {
  let asked = 0;
  await serving(() => new Response(asked++ === 20 ? "hullo" : "hello"), async (port) => {
    await assertRejects(() => httpLoad({ port, ...LOAD }), Error, "Another body at byte 0");
  });
});

Deno.test("the load fails where an answer is a refusal", async () => {
  await serving(() => new Response("no", { status: 500 }), async (port) => {
    await assertRejects(() => httpLoad({ port, ...LOAD }), Error, "500 instead of 200: no");
  });
});
