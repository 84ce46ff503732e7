import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildTest, messageOf, server } from "./scene.ts";
import { recordingSink, testJob } from "./support.ts";

buildTest("A8 binary output survives", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit(server("hello"));
  const sink = recordingSink();
  const run = runner.start(
    testJob(
      app({ commands: { install: "head -c 200000 /dev/urandom; printf '\\377\\376\\n'; echo end; exit 1" } }),
      commit,
    ),
    sink,
  );
  messageOf(await run.outcome);
  assertEquals(sink.messages("build").at(-2), "end");
  // deno-lint-ignore no-control-regex
  for (const line of sink.messages()) assert(!/[\x00-\x08\x0b-\x1a\x1c-\x1f]/.test(line));
});

buildTest(
  "A8 50 MB of output take no memory, whatever their lines",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    let lines = 0;
    let peak = 0;
    const install = "yes 'a line of output that is about sixty characters in length' | head -c 25000000; " +
      "head -c 25000000 /dev/zero | tr '\\0' x; exit 1";
    const before = Deno.memoryUsage().rss;
    const run = runner.start(testJob(app({ commands: { install } }), commit), {
      starting: () => Promise.resolve(),
      write: (more) => {
        lines += more.length;
        peak = Math.max(peak, Deno.memoryUsage().rss);
        return Promise.resolve();
      },
    });
    messageOf(await run.outcome);
    assert(lines > 400_000, `${lines} lines`);
    assert(peak - before < 150 * 1024 * 1024, `${Math.round((peak - before) / 1024 / 1024)} MB`);
  },
);

buildTest("X3 a step that prints for ever is slowed by the log and ended by the clock", {
  installTimeout: 700,
}, async (scene) => {
  const commit = await scene.repository.commit(server("hello"));
  let lines = 0;
  const run = scene.runner.start(testJob(scene.app({ commands: { install: "yes" } }), commit), {
    starting: () => Promise.resolve(),
    // The log takes one turn of the event loop for some lines, as a store would.
    write: (more) => {
      lines += more.length;
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  assertStringIncludes(messageOf(await run.outcome), "took longer than");
  assert(lines < 2_000_000, `${lines} lines`);
});

buildTest(
  "X8 planted secrets are masked on every output",
  { extraSecrets: ["planted-extra-secret"] },
  async (scene) => {
    const { runner, repository } = scene;
    const commit = await repository.commit(server("hello"));
    const env = {
      API_KEY: "planted-api-key",
      PEM: "-----BEGIN KEY-----\nplanted-line-of-pem\n-----END KEY-----\n",
    };
    const say =
      `printf 'a\\033[31m'; for part in plan ted-api -key; do printf '%s\\033[0m' $part; sleep 0.05; done; echo
    env; echo planted-webhook-secret planted-extra-secret; echo planted-api-key >&2; echo "$PEM" >&2`;
    const sink = recordingSink();
    const app = scene.app({ env, commands: { install: say, start: `${say}; echo planted-api-key; exit 5` } });
    const run = runner.start(testJob(app, commit), sink);
    const message = messageOf(await run.outcome);
    await run.stopped;
    const everything = [...sink.messages(), message].join("\n");
    // deno-lint-ignore no-control-regex
    const plain = everything.replace(/\x1b\[[\d;]*m/g, "");
    for (
      const secret of [
        "planted-api-key",
        "planted-line-of-pem",
        "planted-webhook-secret",
        "planted-extra-secret",
      ]
    ) {
      assert(!plain.includes(secret), secret);
    }
    assertStringIncludes(plain, "a***");
    assertStringIncludes(plain, "API_KEY=***");
    assertStringIncludes(message, "***");
  },
);
