import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type BranchAnswer, type BranchQuestion, resolveBranch } from "../../lib/build/branch.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { makeRepository, type TestRepository } from "./support.ts";

function branchTest(
  sentence: string,
  test: (
    repository: TestRepository,
    resolve: (question: BranchQuestion) => Promise<BranchAnswer>,
  ) => Promise<void>,
): void {
  Deno.test(sentence, async () => {
    await using folder = await temporaryFolder();
    const repository = await makeRepository(`${folder.path}/source`);
    const workspace = await createLocalSandbox({ root: `${folder.path}/sandboxes` })
      .open(AppId.parse("shop"), "lookup");
    await test(repository, (question) => resolveBranch(workspace, question));
  });
}

branchTest(
  "A26 a branch is known by its head, and without a name by the default",
  async (repository, resolve) => {
    const first = await repository.commit({ a: "1" });
    await repository.git("switch", "--quiet", "--create", "feature/x");
    const second = await repository.commit({ a: "2" });
    await repository.git("tag", "feature");
    await repository.git("switch", "--quiet", "main");
    for (const address of [repository.path, `file://${repository.path}`]) {
      assertEquals(await resolve({ repository: address, branch: "feature/x" }), {
        ok: true,
        commit: second,
        branch: "feature/x",
      });
      assertEquals(await resolve({ repository: address }), { ok: true, commit: first, branch: "main" });
    }
  },
);

branchTest(
  "A26 a branch that is not there is told apart from a repository that is not",
  async (repository, resolve) => {
    await repository.commit({ a: "1" });
    await repository.git("tag", "v1");
    for (const branch of ["nope", "v1", "ai"]) {
      const answer = await resolve({ repository: repository.path, branch });
      assert(!answer.ok);
      assertEquals(answer.code, "branch_not_found");
      assertStringIncludes(answer.message, branch);
    }
    for (const address of [`${repository.path}-not`, "https://127.0.0.1:9/x.git", "/", "git@127.0.0.1:x"]) {
      const answer = await resolve({ repository: address });
      assert(!answer.ok);
      assertEquals(answer.code, "repository_not_found");
    }
  },
);

branchTest("A26 an empty repository has no branch yet", async (repository, resolve) => {
  const answer = await resolve({ repository: repository.path });
  assert(!answer.ok);
  assertEquals(answer.code, "branch_not_found");
});

branchTest(
  "X16 nothing that looks like an option or a foreign transport reaches git",
  async (repository, resolve) => {
    await repository.commit({ a: "1" });
    const marker = `${repository.path}/pwned`;
    const questions = [
      { repository: `--upload-pack=touch ${marker}` },
      { repository: `-utouch ${marker}` },
      { repository: `ext::sh -c touch% ${marker}` },
      { repository: repository.path, branch: "--upload-pack=x" },
      { repository: "relative/path" },
    ];
    for (const question of questions) {
      const answer = await resolve(question);
      assert(!answer.ok, question.repository);
      assertEquals(answer.code, "repository_not_found");
    }
    assert(!Array.from(Deno.readDirSync(repository.path), ({ name }) => name).includes("pwned"));
  },
);

branchTest(
  "X8 a token travels in a header, for its own host only, and is in no message",
  async (_, resolve) => {
    const seen: (string | null)[] = [];
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      seen.push(request.headers.get("authorization"));
      return new Response("no", { status: 404 });
    });
    const { port } = server.addr;
    const answer = await resolve({ repository: `http://planted-token@127.0.0.1:${port}/x.git` });
    assert(!answer.ok);
    assert(!answer.message.includes("planted-token"));
    assertStringIncludes(answer.message, `http://127.0.0.1:${port}/x.git`);
    await resolve({
      repository: `http://127.0.0.1:${port}/x.git`,
      credentials: { username: "bot", password: "planted-password" },
    });
    assertEquals(seen, [`Basic ${btoa("planted-token:")}`, `Basic ${btoa("bot:planted-password")}`]);
  },
);
