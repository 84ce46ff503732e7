import { assert, assertEquals } from "@std/assert";
import {
  BranchName,
  Commands,
  CreateApp,
  Env,
  PatchApp,
  Repository,
  StartBuild,
} from "../../lib/protocol/api.ts";

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

Deno.test("A26 a repository is an address without a password, or a path", () => {
  for (
    const good of [
      "https://github.com/ada/hello",
      "https://github.com/ada/hello.git",
      "http://git.example:3000/a/b",
      "https://user@git.example/a/b",
      "ssh://git@git.example:22/a/b.git",
      "git://git.example/a",
      "git@github.com:ada/hello.git",
      "/srv/git/hello.git",
      "file:///srv/git/hello.git",
    ]
  ) assert(accepts(Repository, good), good);
  for (
    const bad of [
      "",
      "hello",
      "../hello",
      "--upload-pack=touch /tmp/x",
      "-oProxyCommand=x@y:z",
      "ext::sh -c x",
      "https://",
      "https://git.example/a b",
      "javascript:alert(1)",
      "file://host/a",
      "ftp://git.example/a",
      "https://git.example/a\0b",
      "https://git.example/a\nb",
      "x".repeat(1_001),
    ]
  ) assert(!accepts(Repository, bad), bad);
});

Deno.test("X8 a repository with a password in it is refused, however it is written", () => {
  for (
    const bad of [
      "https://ada:secret@github.com/ada/hello",
      "HTTPS://ada:secret@github.com/ada/hello",
      "https://:secret@github.com/ada/hello",
      "https://ada:@github.com/ada/hello",
      "ssh://git:secret@git.example/a",
      "https://ada:p@ss@github.com/ada/hello",
      "  https://ada:secret@github.com/ada/hello  ",
    ]
  ) assert(!accepts(Repository, bad), bad);
  const told = Repository.safeParse("https://ada:secret@github.com/ada/hello");
  assert(!JSON.stringify(told.error?.issues).includes("secret"));
});

Deno.test("a branch name is one that Git takes, and never an option", () => {
  for (
    const good of [
      "main",
      "feature/x-1",
      "a.b",
      "release_2",
      "dependabot/npm/x-1.2.3",
      "ä",
      "a@b",
      "x".repeat(250),
    ]
  ) {
    assert(accepts(BranchName, good), good);
  }
  for (
    const bad of [
      "",
      "-main",
      "--force",
      "/main",
      "main/",
      ".main",
      "main.",
      "a..b",
      "a//b",
      "a b",
      "a~1",
      "a^",
      "a:b",
      "a?b",
      "a*b",
      "a[b",
      "a\\b",
      "a@{1}",
      "a\nb",
      "a\tb",
      "a\0b",
      "a\x7fb",
      "x".repeat(251),
    ]
  ) assert(!accepts(BranchName, bad), JSON.stringify(bad));
});

Deno.test("commands and variables are bounded, and cannot smuggle a NUL", () => {
  assertEquals(Commands.parse({ install: "  npm ci  " }), { install: "npm ci" });
  for (const bad of ["", "   ", "a\0b", "x".repeat(2_001)]) {
    assert(!accepts(Commands, { start: bad }), JSON.stringify(bad));
  }
  for (const name of ["A", "_x", "DATABASE_URL", "a1"]) assert(accepts(Env, { [name]: "v" }), name);
  for (const name of ["", "1A", "A-B", "A B", "A=B", "PATH\0", "é", "A".repeat(129)]) {
    assert(!accepts(Env, { [name]: "v" }), name);
  }
  assert(!accepts(Env, { A: "x".repeat(8_001) }));
});

Deno.test("A26 a change names what it changes, and nothing that cannot be changed", () => {
  assertEquals(PatchApp.parse({}), {});
  assertEquals(PatchApp.parse({ name: " New " }), { name: "New" });
  for (
    const bad of [{ repository: "/srv/other.git" }, { owner: "me" }, { id: "x" }, { webhookSecret: "x" }, {
      name: "",
    }]
  ) {
    assert(!accepts(PatchApp, bad), JSON.stringify(bad));
  }
  assert(accepts(CreateApp, { name: "Hello", repository: "/srv/hello.git" }));
  assert(!accepts(CreateApp, { name: " ", repository: "/srv/hello.git" }));
  assert(!accepts(CreateApp, { name: "Hello" }));
});

Deno.test("S4 a build is asked for by full commit id or not at all", () => {
  assert(accepts(StartBuild, {}) && accepts(StartBuild, { commit: "a".repeat(40) }));
  for (const commit of ["HEAD", "main", "a".repeat(8), null]) {
    assert(!accepts(StartBuild, { commit }), String(commit));
  }
});
