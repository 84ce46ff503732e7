import { assertEquals } from "@std/assert";
import {
  classifyComplaint,
  gitEnvironment,
  gitSecrets,
  gitSource,
  parseLsRemote,
} from "../../lib/build/git.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";

Deno.test("X8 a user in an http address is taken out of it", () => {
  assertEquals(gitSource("https://token@git.example/a/b.git"), {
    address: "https://git.example/a/b.git",
    credentials: { username: "token", password: "" },
  });
  assertEquals(gitSource("https://git.example/a/b.git"), {
    address: "https://git.example/a/b.git",
    credentials: null,
  });
  for (const address of ["git@git.example:a/b.git", "ssh://git@git.example/a", "/srv/a", "file:///srv/a"]) {
    assertEquals(gitSource(address), { address, credentials: null });
  }
  assertEquals(gitSecrets(gitSource("https://token@git.example/x")), ["token", btoa("token:")]);
});

Deno.test("X8 git gets credentials as a setting for one host", () => {
  const env = gitEnvironment(gitSource("https://git.example:8443/x", { username: "bot", password: "pass" }));
  assertEquals(env.GIT_CONFIG_KEY_0, "http.https://git.example:8443/.extraHeader");
  assertEquals(env.GIT_CONFIG_VALUE_0, `Authorization: Basic ${btoa("bot:pass")}`);
  assertEquals(gitEnvironment(gitSource("/srv/a")).GIT_CONFIG_COUNT, undefined);
});

Deno.test("A14 what git complains about is recognised", () => {
  const table: [string, ReturnType<typeof classifyComplaint>][] = [
    [`fatal: remote error: upload-pack: not our ref ${SHA}`, "commit_refused"],
    [`error: Server does not allow request for unadvertised object ${SHA}`, "commit_refused"],
    [`fatal: couldn't find remote ref ${SHA}`, "commit_refused"],
    ["fatal: couldn't find remote ref refs/heads/gone", "branch_missing"],
    ["fatal: '/srv/x' does not appear to be a git repository", "repository_not_found"],
    ["fatal: repository 'https://git.example/x/' not found", "repository_not_found"],
    [
      "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
      "repository_not_found",
    ],
    ["git@git.example: Permission denied (publickey).", "repository_not_found"],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", "repository_not_found"],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", "unreachable"],
    [
      "ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.",
      "unreachable",
    ],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 502", "other"],
    ["error: No space left on device", "other"],
  ];
  for (const [said, complaint] of table) assertEquals(classifyComplaint(said), complaint, said);
});

Deno.test("A26 a remote's list of refs is read, and nothing else in it", () => {
  const list = `ref: refs/heads/trunk\tHEAD\n${SHA}\tHEAD\n`;
  assertEquals(parseLsRemote(list, null), { commit: SHA, branch: "trunk" });
  assertEquals(parseLsRemote(`${SHA}\trefs/heads/x\n`, "x"), { commit: SHA, branch: "x" });
  assertEquals(parseLsRemote(`${SHA}\trefs/heads/a/x\n`, "x"), null);
  assertEquals(parseLsRemote(`${SHA}\tHEAD\n`, null), null);
  assertEquals(parseLsRemote("warning: nonsense\n", null), null);
});
