import { assertEquals } from "@std/assert";
import { postBuild, postCancel, postSleep, postWake } from "../../lib/client/actions.ts";
import { problem } from "../../lib/protocol/problem.ts";

async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  run: (baseUrl: string) => Promise<void>,
) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    await run(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("A17 each action posts to its address", async () => {
  const seen: string[] = [];
  await withServer(async (request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
    return Response.json({}, { status: 202 });
  }, async (baseUrl) => {
    assertEquals(await postWake("demo", { baseUrl }), { ok: true });
    await postSleep("demo", { baseUrl });
    await postBuild("demo", { baseUrl });
    await postBuild("demo", { baseUrl, commit: "a".repeat(40) });
    await postCancel("demo", { baseUrl });
  });
  assertEquals(seen, [
    "POST /api/apps/demo/wake ",
    "POST /api/apps/demo/sleep ",
    "POST /api/apps/demo/builds {}",
    `POST /api/apps/demo/builds {"commit":"${"a".repeat(40)}"}`,
    "POST /api/apps/demo/cancel ",
  ]);
});

Deno.test("A24 a refusal is a sentence: the problem's detail, its title, or the bare status", async () => {
  const answers = [
    Response.json(problem("nothing_to_build", "Push to main first."), { status: 409 }),
    Response.json(problem("nothing_to_build"), { status: 409 }),
    new Response("<h1>Bad gateway</h1>", { status: 502 }),
  ];
  await withServer(() => answers.shift()!, async (baseUrl) => {
    const messages: unknown[] = [];
    for (let i = 0; i < 3; i++) messages.push(await postWake("demo", { baseUrl }));
    assertEquals(messages, [
      { ok: false, message: "Push to main first." },
      { ok: false, message: problem("nothing_to_build").title },
      { ok: false, message: "The server answered with status 502." },
    ]);
  });
});

Deno.test("A24 no connection is a refusal too", async () => {
  let baseUrl = "";
  await withServer(() => new Response(), (url) => Promise.resolve(void (baseUrl = url)));
  const result = await postWake("demo", { baseUrl });
  assertEquals(result.ok, false);
});
