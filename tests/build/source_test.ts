import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildTest, liveUrl, messageOf, MISSING, server } from "./scene.ts";
import { recordingSink, testJob } from "./support.ts";

buildTest(
  "S4 the pushed commit is built, though the branch has moved on",
  {},
  async ({ runner, repository, app }) => {
    const older = await repository.commit(server("older"));
    await repository.commit(server("newer"));
    for (const address of [repository.path, `file://${repository.path}`]) {
      const run = runner.start(testJob(app({ repository: address }), older), recordingSink());
      assertEquals(await (await fetch(liveUrl(await run.outcome))).text(), "older");
      await run.stop();
    }
  },
);

buildTest(
  "S4 a host that hands out heads only is asked for the branch",
  {},
  async ({ runner, repository, app, folder }) => {
    const older = await repository.commit(server("older"));
    await repository.commit(server("newer"));
    // Hosts of that kind speak the first protocol and refuse objects that no ref points to.
    await Deno.mkdir(`${folder}/bin`);
    const realGit = (await new Deno.Command("sh", { args: ["-c", "command -v git"] }).output()).stdout;
    await Deno.writeTextFile(
      `${folder}/bin/git`,
      `#!/bin/sh\nexec ${new TextDecoder().decode(realGit).trim()} -c protocol.version=0 "$@"\n`,
      { mode: 0o755 },
    );
    const path = Deno.env.get("PATH")!;
    Deno.env.set("PATH", `${folder}/bin:${path}`);
    try {
      const sink = recordingSink();
      const run = runner.start(testJob(app(), older), sink);
      assertEquals(await (await fetch(liveUrl(await run.outcome))).text(), "older");
      assert(
        !sink.messages().some((line) => line.includes("unadvertised")),
        "the detour is nobody's business",
      );
      await run.stop();
    } finally {
      Deno.env.set("PATH", path);
    }
  },
);

buildTest(
  "S4 a commit that is gone is never replaced by another",
  {},
  async ({ runner, repository, app }) => {
    await repository.commit(server("hello"));
    const run = runner.start(testJob(app(), MISSING), recordingSink());
    assertStringIncludes(messageOf(await run.outcome), "no longer has commit 0123456");
    assertEquals(await run.stopped, { exitCode: null, signal: null });
  },
);

buildTest(
  "S4 a commit that is gone with its branch is told the same way",
  {},
  async ({ runner, repository, app }) => {
    await repository.commit(server("hello"));
    const run = runner.start(testJob(app({ branch: "gone" }), MISSING), recordingSink());
    assertStringIncludes(messageOf(await run.outcome), "no longer has commit 0123456");
  },
);

buildTest("A14 a repository that is not there is named", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit(server("hello"));
  const run = runner.start(testJob(app({ repository: `${repository.path}-not` }), commit), recordingSink());
  assertStringIncludes(messageOf(await run.outcome), `${repository.path}-not cannot be read`);
});

buildTest("A14 a repository of another user can be built", {}, async ({ runner, repository, app }) => {
  const commit = await repository.commit(server("hello"));
  // Only root can give files away; anybody else builds his own here, which proves less but harms nothing.
  if (Deno.uid() === 0) {
    await new Deno.Command("chown", { args: ["-R", "12345", repository.path] }).output();
  }
  const run = runner.start(testJob(app(), commit), recordingSink());
  assertEquals(await (await fetch(liveUrl(await run.outcome))).text(), "hello");
  await run.stop();
});
