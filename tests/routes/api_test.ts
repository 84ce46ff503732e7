import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Problem } from "../../lib/protocol/problem.ts";
import { DeployLog } from "../../lib/protocol/deploy_log.ts";
import { StatusAnswer } from "../../lib/protocol/events.ts";
import { keys } from "../../lib/kv/keys.ts";
import { hmacSha256Hex } from "../../lib/auth/secrets.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { makeRepository } from "../build/support.ts";
import { type House, openHouse } from "./house.ts";

/** A refusal is a problem with a code and a sentence, and never a stack. */
async function refused(res: Response, status: number, code: string): Promise<Problem> {
  assertEquals(res.status, status);
  assertStringIncludes(res.headers.get("content-type") ?? "", "application/problem+json");
  const text = await res.text();
  assert(!/\bat .*:\d+:\d+/.test(text), "a stack was sent");
  const problem = Problem.parse(JSON.parse(text));
  assertEquals(problem.code, code);
  assertMatch(problem.title, /\w.*\.$/);
  return problem;
}

const HELLO = {
  "deno.json": `{"tasks":{"dev":"deno run -A main.ts"}}`,
  "main.ts": `Deno.serve({ port: Number(Deno.env.get("PORT")) }, () => new Response("hi"))`,
};

async function createHello(
  house: House,
): Promise<{ id: string; commit: string; repository: string; secret: string }> {
  const repository = await makeRepository(`${house.folder}/hello`);
  const commit = await repository.commit(HELLO);
  const res = await house.ask("POST", "/api/apps", {
    json: { name: "Hello, World!", repository: repository.path },
  });
  assertEquals(res.status, 201);
  const app = await res.json();
  return { id: app.id, commit, repository: repository.path, secret: app.webhook.secret };
}

Deno.test("the API", async (t) => {
  await using house = await openHouse();
  let hello!: Awaited<ReturnType<typeof createHello>>;

  await t.step(
    "A26 an app is created with a legal DNS label, and its head waits for somebody to look (S10, A12)",
    async () => {
      hello = await createHello(house);
      assertEquals(hello.id, "hello-world");
      const res = await house.ask("GET", `/api/apps/${hello.id}/status`);
      const status = StatusAnswer.parse(await res.json());
      assertEquals(status, {
        status: "idle",
        previewUrl: null,
        error: null,
        pendingBuild: true,
        containerStopped: false,
      });
    },
  );

  await t.step("A26 the list, the app and its deploys", async () => {
    const { apps } = await (await house.ask("GET", "/api/apps")).json();
    assertEquals(apps.map(({ id, status }: { id: string; status: string }) => [id, status]), [[
      hello.id,
      "idle",
    ]]);
    const app = await (await house.ask("GET", `/api/apps/${hello.id}`)).json();
    assertEquals([app.branch, app.repository, app.env], ["main", hello.repository, []]);
    assertEquals(await (await house.ask("GET", `/api/apps/${hello.id}/deploys`)).json(), { deploys: [] });
  });

  await t.step("A26 a patch changes what was given, and hides the values of variables", async () => {
    const res = await house.ask("PATCH", `/api/apps/${hello.id}`, {
      json: { name: "Renamed", env: { KEY: "s3cr3t" } },
    });
    const app = await res.json();
    assertEquals([res.status, app.name, app.env, app.branch], [200, "Renamed", ["KEY"], "main"]);
    assert(!JSON.stringify(app).includes("s3cr3t"));
  });

  await t.step("A3 A16 an unknown app, and somebody else's, do not exist", async () => {
    for (const path of ["", "/status", "/deploys"]) {
      await refused(await house.ask("GET", `/api/apps/nobody${path}`), 404, "unknown_app");
      await refused(await house.ask("GET", `/api/apps/Not_An_Id${path}`), 404, "unknown_app");
    }
    await refused(await house.ask("POST", "/api/apps/nobody/ticket"), 404, "unknown_app");
    const key = keys.app(AppId.parse(hello.id));
    const { value } = await house.kv.get<Record<string, unknown>>(key);
    await house.kv.set(key, { ...value, owner: "somebody-else" });
    await refused(await house.ask("GET", `/api/apps/${hello.id}`), 404, "unknown_app");
    await refused(await house.ask("POST", `/api/apps/${hello.id}/ticket`), 404, "unknown_app");
    await house.kv.set(key, value);
  });

  await t.step("bad input gets a code and a sentence", async () => {
    const post = (options: Parameters<House["ask"]>[2]) => house.ask("POST", "/api/apps", options);
    await refused(await post({ body: "{not json" }), 400, "invalid_json");
    await refused(await post({ body: new Uint8Array([0xff, 0xfe]) }), 400, "invalid_json");
    await refused(await post({ body: "x".repeat(1024 * 1024 + 1) }), 413, "body_too_large");
    const shape = await refused(
      await post({ json: { name: "", repository: "rm -rf" } }),
      422,
      "invalid_input",
    );
    assertStringIncludes(shape.detail ?? "", "repository");
    await refused(
      await post({ json: { name: "x", repository: "https://u:pw@example.com/r" } }),
      422,
      "invalid_input",
    );
    await refused(
      await post({ json: { name: "x", repository: "/nowhere/at/all" } }),
      422,
      "repository_not_found",
    );
    const branch = { name: "x", repository: hello.repository, branch: "nope" };
    await refused(await post({ json: branch }), 422, "branch_not_found");
    await refused(await post({ json: { ...branch, owner: "others" } }), 404, "unknown_owner");
    await refused(
      await house.ask("POST", `/api/apps/${hello.id}/builds`, { json: { commit: "abc" } }),
      422,
      "invalid_input",
    );
    await refused(
      await house.ask("PATCH", `/api/apps/${hello.id}`, { json: { id: "other" } }),
      422,
      "invalid_input",
    );
  });

  await t.step("B8 unknown API paths and methods are problems, unknown pages are pages", async () => {
    await refused(await house.ask("GET", "/api/nothing/here"), 404, "not_found");
    await refused(await house.ask("PUT", `/api/apps/${hello.id}/status`), 404, "not_found");
    const page = await house.anonymous("GET", "/nothing/here", { accept: "text/html" });
    assertEquals([page.status, page.headers.get("content-type")], [404, "text/html; charset=utf-8"]);
    await page.body?.cancel();
  });

  await t.step("A26 without a session or token nothing is told", async () => {
    await refused(await house.anonymous("GET", "/api/apps"), 401, "not_signed_in");
    await refused(await house.anonymous("GET", `/api/apps/${hello.id}/status`), 401, "not_signed_in");
  });

  await t.step("X16 a change needs our own page or a token: a preview is same-site and may not", async () => {
    const link = await house.services.signInLink();
    const signedIn = await house.anonymous("GET", link.slice(link.indexOf("/sign-in")));
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0];
    await signedIn.body?.cancel();
    const change = (headers: Record<string, string>) =>
      house.anonymous("POST", `/api/apps/${hello.id}/sleep`, { cookie, ...headers });
    for (
      const headers of [
        {},
        { "sec-fetch-site": "same-site", origin: "http://hello.localhost:8000" },
        { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
        { origin: "http://hello.localhost:8000" },
        { origin: "null" },
      ]
    ) await refused(await change(headers as Record<string, string>), 403, "cross_site_request");
    const own = await change({ "sec-fetch-site": "same-origin", origin: "http://localhost:8000" });
    assertEquals(own.status, 202);
    await own.body?.cancel();
  });

  await t.step("A5 the ticket endpoint answers allowed origins, also with errors", async () => {
    const preflight = await house.anonymous("OPTIONS", `/api/apps/${hello.id}/ticket`, {
      origin: "http://localhost:8000",
      "access-control-request-method": "POST",
    });
    assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [
      204,
      "http://localhost:8000",
    ]);
    const res = await house.anonymous("POST", `/api/apps/${hello.id}/ticket`, {
      origin: "http://localhost:8000",
    });
    assertEquals(res.headers.get("access-control-allow-origin"), "http://localhost:8000");
    assertStringIncludes(res.headers.get("vary") ?? "", "Origin");
    await refused(res, 401, "not_signed_in");
    const other = await house.anonymous("POST", `/api/apps/${hello.id}/ticket`, {
      origin: "https://evil.example",
    });
    assertEquals(other.headers.get("access-control-allow-origin"), null);
    assertStringIncludes(other.headers.get("vary") ?? "", "Origin");
    await other.body?.cancel();
  });

  await t.step("X9 S14 a webhook is verified and counted once", async () => {
    const deliver = async (body: string, id: string, secret = hello.secret) =>
      await house.anonymousPost(`/webhooks/github/${hello.id}`, body, {
        "x-github-event": "push",
        "x-github-delivery": id,
        "x-hub-signature-256": `sha256=${await hmacSha256Hex(secret, new TextEncoder().encode(body))}`,
        "content-type": "application/json",
      });
    const body = JSON.stringify({
      ref: "refs/heads/main",
      before: "0".repeat(40),
      after: hello.commit,
      repository: { full_name: "a/b" },
    });
    await refused(await deliver(body, "d-1", "wrong"), 401, "invalid_signature");
    await refused(await deliver("{", "d-2"), 400, "invalid_json");
    await refused(await deliver(`{"ref":"refs/heads/main"}`, "d-3"), 422, "invalid_payload");
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(body, "d-4")));
    assertEquals(answers.map(({ status }) => status), Array(20).fill(202));
    const outcomes = await Promise.all(answers.map(async (res) => (await res.json()).outcome));
    assertEquals(outcomes.filter((outcome) => outcome === "accepted").length, 1);
    await refused(await house.anonymous("POST", "/webhooks/github/nobody"), 404, "unknown_app");
    await refused(await house.anonymous("POST", `/webhooks/fax/${hello.id}`), 404, "unknown_app");
  });

  await t.step(
    "A17 a build runs in any case, and its end is on record: here the start command fails",
    async () => {
      await house.ask("PATCH", `/api/apps/${hello.id}`, {
        json: { commands: { start: "echo broken >&2; exit 7" } },
      });
      const res = await house.ask("POST", `/api/apps/${hello.id}/builds`);
      assertEquals(res.status, 202);
      const deploy = await res.json();
      assertEquals([deploy.status, deploy.commit, deploy.trigger], ["queued", hello.commit, "request"]);
      const status = await until(house, hello.id, ({ status }) => status === "error");
      assertStringIncludes(status.error ?? "", "7");
      const { deploys } = await (await house.ask("GET", `/api/apps/${hello.id}/deploys`)).json();
      assertEquals([deploys[0].id, deploys[0].status], [deploy.id, "failed"]);
    },
  );

  await t.step("an organisation's members use its apps, and nobody else does (A3)", async () => {
    const post = async (path: string, json: unknown) =>
      await (await house.ask("POST", path, { json })).json();
    const { user, signInLink } = await post("/api/users", { name: "Ada" });
    const org = await post("/api/owners", { name: "Analytical Engines" });
    const repository = { name: "Engine", repository: hello.repository };
    const engine = await post("/api/apps", { ...repository, owner: org.id });
    assertEquals(engine.owner, org.id);

    const signedIn = await house.anonymous("GET", signInLink.slice(signInLink.indexOf("/sign-in")));
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0];
    await signedIn.body?.cancel();
    const asAda = (path: string) => house.anonymous("GET", path, { cookie });
    await refused(await asAda(`/api/apps/${engine.id}`), 404, "unknown_app");
    await refused(await asAda(`/api/owners/${org.id}/members`), 404, "unknown_owner");
    const invites = await house.anonymousPost("/api/users", `{"name":"Eve"}`, {
      cookie,
      "sec-fetch-site": "same-origin",
    });
    await refused(invites, 403, "not_allowed");

    const member = `/api/owners/${org.id}/members/${user.id}`;
    assertEquals((await send("PUT", member, { role: "member" })).status, 200);
    const seen = await (await asAda("/api/apps")).json();
    assertEquals(seen.apps.map(({ id }: { id: string }) => id), [engine.id]);
    assertEquals((await (await asAda(`/api/owners/${org.id}/members`)).json()).members.length, 2);
    assertEquals((await send("DELETE", member)).status, 204);
    await refused(await asAda(`/api/apps/${engine.id}`), 404, "unknown_app");
    await refused(
      await send("PUT", `/api/owners/${org.id}/members/nobody`, { role: "member" }),
      404,
      "unknown_user",
    );
    await refused(await send("DELETE", `/api/owners/${org.id}/members/admin`), 422, "invalid_input");
    assertEquals((await send("DELETE", `/api/apps/${engine.id}`)).status, 204);

    async function send(method: string, path: string, json?: unknown) {
      const res = await house.ask(method, path, { json });
      return res.ok ? (await res.body?.cancel(), res) : res;
    }
  });

  await t.step("B2 the log of a deploy is there as JSON, text and NDJSON, for its owners", async () => {
    const { deploys } = await (await house.ask("GET", `/api/apps/${hello.id}/deploys`)).json();
    const path = `/api/deploys/${deploys[0].id}/logs`;
    const log = DeployLog.parse(await (await house.ask("GET", path)).json());
    assert(log.closed && log.first === 0 && log.next === log.lines.length);
    assert(log.lines.some(({ message, stream }) => message === "broken" && stream === "stderr"));
    const rest = DeployLog.parse(await (await house.ask("GET", `${path}?after=${log.next - 1}`)).json());
    assertEquals(rest.lines, log.lines.slice(-1));
    const beyond = DeployLog.parse(await (await house.ask("GET", `${path}?after=1000000`)).json());
    assertEquals([beyond.lines, beyond.next, beyond.closed], [[], log.next, true]);
    const text = await (await house.ask("GET", path, { headers: { accept: "text/plain" } })).text();
    assertEquals(text.trimEnd().split("\n").length, log.lines.length);
    const ndjson = await (await house.ask("GET", path, { headers: { accept: "application/x-ndjson" } }))
      .text();
    assertEquals(ndjson.trimEnd().split("\n").map((line) => JSON.parse(line)), log.lines);
    await refused(await house.anonymous("GET", path), 401, "not_signed_in");
    await refused(
      await house.ask("GET", "/api/deploys/01ARZ3NDEKTSV4RRFFQ69G5FAV/logs"),
      404,
      "unknown_deploy",
    );
  });

  await t.step(
    "the build of a commit that is gone says so, and the next build is not in its way",
    async () => {
      const gone = "0123456789012345678901234567890123456789";
      const res = await house.ask("POST", `/api/apps/${hello.id}/builds`, { json: { commit: gone } });
      assertEquals(res.status, 202);
      const status = await until(house, hello.id, ({ status }) => status === "error");
      assertStringIncludes(status.error ?? "", "0123456");
      await house.ask("PATCH", `/api/apps/${hello.id}`, { json: { commands: {} } });
      await house.ask("POST", `/api/apps/${hello.id}/builds`);
      const running = await until(house, hello.id, ({ status }) => status === "running");
      assertEquals(running.previewUrl, "http://hello-world.localhost:8000");
    },
  );

  await t.step("A18 the preview answers on its own host", async () => {
    const res = await house.preview(hello.id, "/");
    assertEquals([res.status, await res.text()], [200, "hi"]);
  });

  await t.step("A17 sleep and wake", async () => {
    const asleep = await (await house.ask("POST", `/api/apps/${hello.id}/sleep`)).json();
    assertEquals([asleep.status, asleep.containerStopped], ["sleeping", true]);
    const building = await (await house.ask("POST", `/api/apps/${hello.id}/wake`)).json();
    assertEquals([building.status, building.containerStopped], ["building", false]);
    await until(house, hello.id, ({ status }) => status === "running");
  });

  await t.step("A17 deletion ends the app's processes and removes its data", async () => {
    assertEquals((await house.ask("DELETE", `/api/apps/${hello.id}`)).status, 204);
    await refused(await house.ask("GET", `/api/apps/${hello.id}`), 404, "unknown_app");
    const left: Deno.KvKey[] = [];
    for await (const { key } of house.kv.list({ prefix: [] })) {
      if (JSON.stringify(key).includes(hello.id) && key[0] !== "delivery") left.push(key);
    }
    const logs = await Array.fromAsync(house.kv.list({ prefix: ["log"] }));
    assertEquals([left, logs.length], [[], 0]);
    assertEquals(await exists(`${house.folder}/sandboxes/${hello.id}`), false);
  });
});

Deno.test("A2 without a secret the ticket endpoint says 500, and the log names the variable", async () => {
  await using house = await openHouse({ TICKET_SECRET: "" });
  const hello = await createHello(house);
  const lines: string[] = [];
  const log = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    await refused(await house.ask("POST", `/api/apps/${hello.id}/ticket`), 500, "internal_error");
  } finally {
    console.error = log;
  }
  assertStringIncludes(lines.join("\n"), "TICKET_SECRET");
});

async function until(
  house: House,
  id: string,
  done: (status: StatusAnswer) => boolean,
): Promise<StatusAnswer> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const status = StatusAnswer.parse(await (await house.ask("GET", `/api/apps/${id}/status`)).json());
    if (done(status)) return status;
    if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
