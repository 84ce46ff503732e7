import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { until } from "../sandbox/support.ts";
import { buildTest, liveUrl, messageOf, server } from "./scene.ts";
import { recordingSink, testJob } from "./support.ts";

buildTest(
  "A13 a build is live when its port answers, and ends when it is stopped",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const sink = recordingSink();
    const run = runner.start(testJob(app(), commit), sink);
    const url = liveUrl(await run.outcome);
    assertEquals(await (await fetch(url)).text(), "hello");
    assertEquals(sink.starts, 1);
    const said = sink.messages("build");
    assertEquals(said[0], `▸ fetch ${commit.slice(0, 7)}`);
    assertMatch(said[1], /^✓ fetch [0-9a-f]{7} in \d+(\.\d)? s$/);
    assertEquals(said[2], "▸ start: deno task dev");
    assertMatch(said[3], /^✓ live after /);
    const stopped = await run.stop();
    assertEquals(await run.stopped, stopped);
    assertEquals(await run.stop(), stopped);
    assert(stopped.signal !== null || stopped.exitCode !== null);
  },
);

buildTest(
  "A14 a checkout without a start command says what to add",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit({ "index.html": "<p>hi" });
    const run = runner.start(testJob(app(), commit), recordingSink());
    assertStringIncludes(messageOf(await run.outcome), "set a start command");
  },
);

buildTest(
  "A14 install output comes line by line as it is written",
  {},
  async ({ runner, repository, app, folder }) => {
    const commit = await repository.commit(server("hello"));
    const seen: string[] = [];
    const install = "mkfifo gate; echo one; read -r go <gate; echo two >&2";
    const job = testJob(app({ commands: { install } }), commit);
    const run = runner.start(job, {
      starting: () => Promise.resolve(),
      write: async (lines) => {
        seen.push(...lines.map(({ source, stream, message }) => `${source} ${stream} ${message}`));
        // The step goes on only when its first line has arrived here.
        if (!lines.some(({ message }) => message === "one")) return;
        await Deno.writeTextFile(`${folder}/sandboxes/shop/${job.token}/gate`, "go\n");
      },
    });
    liveUrl(await run.outcome);
    assertEquals(seen.filter((line) => /std\w+ (?:one|two)$/.test(line)), [
      "build stdout one",
      "build stderr two",
    ]);
    await run.stop();
  },
);

buildTest("A14 a failing install tells its command, its exit code and its last lines", {}, async (scene) => {
  const commit = await scene.repository.commit({
    "package.json": JSON.stringify({ scripts: { dev: "node x" }, dependencies: { nope: "file:./nope" } }),
    "package-lock.json": "{}",
  });
  const sink = recordingSink();
  const run = scene.runner.start(testJob(scene.app(), commit), sink);
  const message = messageOf(await run.outcome);
  assertStringIncludes(message, "`npm ci` ended with exit code 1");
  assertMatch(message, /npm (?:error|ERR!)/);
  assertStringIncludes(sink.messages("build").join("\n"), "▸ install: npm ci");
  assertEquals(sink.starts, 0);
  assertEquals((await run.stopped).exitCode, 1);
});

buildTest("A14 a program that is missing is recognised", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit(server("hello"));
  const run = runner.start(testJob(app({ commands: { install: "no-such-tool" } }), commit), recordingSink());
  assertStringIncludes(messageOf(await run.outcome), "A program in it was not found");
});

buildTest("A14 an npm app is installed and started", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit({
    "package.json": JSON.stringify({ name: "x", version: "1.0.0", scripts: { dev: "node server.js" } }),
    "server.js":
      'require("http").createServer((_, r) => r.end("from node")).listen(process.env.PORT, process.env.HOST, () => console.log("\\u001b[32mlistening\\u001b[0m"))',
  });
  const sink = recordingSink();
  const run = runner.start(testJob(app(), commit), sink);
  assertEquals(await (await fetch(liveUrl(await run.outcome))).text(), "from node");
  await until(() => sink.messages("dev-server"), (lines) => lines.includes("\x1b[32mlistening\x1b[0m"));
  assertMatch(sink.messages("build").join("\n"), /✓ install in /);
  await run.stop();
});

buildTest(
  "X3 an install that never ends is ended",
  { installTimeout: 1_000 },
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const run = runner.start(
      testJob(app({ commands: { install: "echo working; sleep 600 & wait" } }), commit),
      recordingSink(),
    );
    const message = messageOf(await run.outcome);
    assertStringIncludes(message, "took longer than 1 s");
    assertStringIncludes(message, "working");
  },
);

buildTest(
  "A13 a start whose port never opens is ended, and told how to open it",
  { startTimeout: 700 },
  async (scene) => {
    const commit = await scene.repository.commit(server("hello"));
    const sink = recordingSink();
    const run = scene.runner.start(
      testJob(scene.app({ commands: { start: "echo listening nowhere; sleep 600" } }), commit),
      sink,
    );
    const message = messageOf(await run.outcome);
    assertStringIncludes(message, "nothing listened on its port within 0.7 s");
    assertStringIncludes(message, "PORT");
    assertStringIncludes(message, "listening nowhere");
    assertEquals(sink.starts, 1);
  },
);

buildTest(
  "A13 an app that ends before its port opens fails with its last words",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const sink = recordingSink();
    const run = runner.start(
      testJob(app({ commands: { start: "echo about to fail; printf 'no line end' >&2; exit 3" } }), commit),
      sink,
    );
    const message = messageOf(await run.outcome);
    assertStringIncludes(message, "ended with exit code 3");
    assertStringIncludes(message, "about to fail");
    assertStringIncludes(message, "no line end");
    assertEquals(await run.stopped, { exitCode: 3, signal: null });
    assert(sink.messages("dev-server").includes("no line end"));
  },
);

buildTest(
  "A15 the end of a live app is told after its last line",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit({
      "deno.json": '{"tasks": {"dev": "deno run -A main.ts"}}',
      "main.ts": `Deno.serve({hostname: "127.0.0.1", port: Number(Deno.env.get("PORT"))}, () => {
      setTimeout(() => { Deno.stdout.writeSync(new TextEncoder().encode("last words")); Deno.exit(7); }, 10);
      return new Response("bye");
    });`,
    });
    const sink = recordingSink();
    const run = runner.start(testJob(app(), commit), sink);
    await (await fetch(liveUrl(await run.outcome))).text();
    const stopped = await run.stopped;
    assertEquals(stopped.exitCode, 7);
    assertEquals(sink.messages("dev-server").at(-1), "last words");
  },
);

for (
  const [moment, marker] of [["fetch", "▸ fetch"], ["install", "installing"], ["start", "▸ start"]] as const
) {
  buildTest(`A17 a build can be stopped during its ${moment}`, {}, async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const reached = Promise.withResolvers<void>();
    const run = runner.start(
      testJob(
        app({
          commands: {
            install: moment === "install" ? "echo installing; sleep 600" : "true",
            start: "sleep 600",
          },
        }),
        commit,
      ),
      {
        starting: () => Promise.resolve(),
        write: (lines) => {
          if (lines.some(({ message }) => message.startsWith(marker))) reached.resolve();
          return Promise.resolve();
        },
      },
    );
    await reached.promise;
    const begun = Date.now();
    await run.stop();
    assertStringIncludes(messageOf(await run.outcome), "stopped");
    assert(Date.now() - begun < 5_000);
  });
}

buildTest(
  "X3 a writer whose log is taken away ends its processes",
  { onError() {} },
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const run = runner.start(testJob(app({ commands: { start: "echo hello; sleep 600" } }), commit), {
      starting: () => Promise.resolve(),
      write: ([{ source }]) =>
        source === "dev-server" ? Promise.reject(new Error("another token")) : Promise.resolve(),
    });
    messageOf(await run.outcome);
    await run.stopped;
  },
);
