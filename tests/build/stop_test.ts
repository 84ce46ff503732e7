import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { processesWith } from "../sandbox/support.ts";
import { buildTest, liveUrl, messageOf, MISSING, server } from "./scene.ts";
import { recordingSink, testJob } from "./support.ts";

buildTest("A17 a build can be stopped at any moment", {}, async ({ runner, repository, app, survivor }) => {
  const commit = await repository.commit(server("hello"));
  for (const delay of [0, 1, 3, 8, 20, 40, 60, 90, 130, 180, 240]) {
    const run = runner.start(testJob(app({ commands: { install: "sleep 0.05" } }), commit), recordingSink());
    await new Promise((resolve) => setTimeout(resolve, delay));
    await run.stop();
    await run.outcome;
    assertEquals(await processesWith(survivor), [], `after ${delay} ms`);
  }
});

buildTest("A17 a build that is stopped at once runs nothing", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit(server("hello"));
  const sink = recordingSink();
  const run = runner.start(testJob(app(), commit), sink);
  await run.stop();
  assertStringIncludes(messageOf(await run.outcome), "stopped");
  assertEquals(sink.starts, 0);
});

buildTest(
  "A17 a wake starts what was installed, without fetching it again",
  {},
  async ({ runner, repository, app }) => {
    const commit = await repository.commit(server("hello"));
    const commands = { install: "echo installing; touch installed" };
    const first = testJob(app({ commands }), commit);
    const build = runner.start(first, recordingSink());
    liveUrl(await build.outcome);
    await build.stop();
    // Were anything fetched, it would fail now.
    await repository.git("update-ref", "-d", "refs/heads/main");
    await Deno.rename(`${repository.path}/.git`, `${repository.path}/.git-away`);

    const sink = recordingSink();
    const wake = runner.start(testJob(app({ commands }), commit, { reuse: first.token }), sink);
    assertEquals(await (await fetch(liveUrl(await wake.outcome))).text(), "hello");
    assertStringIncludes(sink.messages("build")[0], "reuse");
    assert(!sink.messages("build").includes("installing"));
    await wake.stop();

    // Another install command, another commit or another place: then everything is done anew.
    for (
      const job of [
        testJob(app(), commit, { reuse: first.token }),
        testJob(app({ commands }), MISSING, { reuse: first.token }),
        testJob(app({ commands }), commit, { reuse: "elsewhere" }),
      ]
    ) {
      assertStringIncludes(messageOf(await runner.start(job, recordingSink()).outcome), "cannot be read");
    }
  },
);

buildTest(
  "A17 sweep removes the workspaces of an app but those that are kept",
  {},
  async ({ runner, repository, app, folder }) => {
    const commit = await repository.commit(server("hello"));
    const jobs = [testJob(app(), commit), testJob(app(), commit)];
    for (const job of jobs) {
      const run = runner.start(job, recordingSink());
      liveUrl(await run.outcome);
      await run.stop();
    }
    await runner.sweep(app().id, [jobs[1].token]);
    const names = Array.from(Deno.readDirSync(`${folder}/sandboxes/shop`), ({ name }) => name);
    assertEquals(names.filter((name) => !name.startsWith(".")), [jobs[1].token]);
  },
);
