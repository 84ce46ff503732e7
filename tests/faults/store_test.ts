/** A store that cannot be written: clear answers meanwhile, and nothing lost of what was under way. */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import type { DeployLog } from "../../lib/protocol/deploy_log.ts";
import type { Problem } from "../../lib/protocol/problem.ts";
import { createApp } from "../support/preview_app.ts";
import { sampleApp } from "../support/sample_app.ts";
import { startServer } from "../support/server.ts";
import { signIn } from "../support/session.ts";
import { until } from "../support/until.ts";

Deno.test("a store that another program locks: 503 with a code, and the build's log is whole afterwards", async () => {
  const server = await startServer();
  try {
    const session = await signIn(server);
    const install = `i=0; while [ $i -lt 90 ]; do i=$((i + 1)); echo "line $i"; sleep 0.1; done`;
    const app = await createApp(server, session, {
      name: "Locked",
      files: sampleApp("v1"),
      commands: { install },
    });
    const started = await session.send("POST", `/api/apps/${app.id}/builds`);
    const deploy = await started.json() as { id: string };
    const log = () => session.get<DeployLog>(`/api/deploys/${deploy.id}/logs`);
    await until("the build prints", async () => (await log()).lines.length > 5);

    const other = new DatabaseSync(`${server.dataDir}/kv.sqlite`);
    other.exec("BEGIN IMMEDIATE");
    try {
      const refused = await session.send("POST", `/api/apps/${app.id}/sleep`);
      const answer = await session.send("POST", `/api/apps/${app.id}/cancel`);
      assertEquals([refused.status, answer.status], [202, 503], "nothing to write, nothing to refuse");
      await refused.body?.cancel();
      const problem = await answer.json() as Problem;
      assertEquals(problem.code, "storage_unavailable");
      assert(answer.headers.has("retry-after"));
      // Reading goes on.
      assertEquals((await app.status()).status, "building");
    } finally {
      other.exec("ROLLBACK");
      other.close();
    }
    await until("the app runs", async () => (await app.status()).status === "running", { about: app.status });
    const lines = (await log()).lines.map(({ message }) => message).filter((message) =>
      message.startsWith("line ")
    );
    assertEquals(lines, Array.from({ length: 90 }, (_, i) => `line ${i + 1}`));
  } finally {
    await server.close();
  }
});

Deno.test("a full disk: the server stays up and says so, and builds again once there is room", async () => {
  const server = await startServer({ fileLimit: 8 * 1024 });
  try {
    const session = await signIn(server);
    const flood = `i=0; while [ $i -lt 40000 ]; do i=$((i + 1)); echo "$i ${"x".repeat(1000)}"; done`;
    const app = await createApp(server, session, {
      name: "Full",
      files: sampleApp("v1"),
      commands: { install: flood },
    });
    await (await session.send("POST", `/api/apps/${app.id}/builds`)).body?.cancel();
    await until("the server complains of the disk", () => /disk/.test(server.output), { within: 60_000 });
    const status = await app.status();
    assertEquals(status.status, "building");
    const answer = await session.send("GET", "/api/apps");
    assertEquals(answer.status, 200);
    await answer.body?.cancel();

    await server.stop("SIGKILL");
    await server.start();
    // The flood goes on meanwhile, taken over by the new server: a request may find the store busy, and is sent again.
    const accepted = async (method: string, path: string, body?: unknown) => {
      const response = await session.send(method, path, body);
      await response.body?.cancel();
      return response.ok;
    };
    const commands = { install: "true" };
    await until("the change is taken", () => accepted("PATCH", `/api/apps/${app.id}`, { commands }));
    await until("the build is taken", () => accepted("POST", `/api/apps/${app.id}/builds`));
    await until("the app runs", async () => (await app.status()).status === "running", {
      within: 60_000,
      about: async () => JSON.stringify(await app.status()) + server.output.slice(-3_000),
    });
  } finally {
    await server.close();
  }
});
