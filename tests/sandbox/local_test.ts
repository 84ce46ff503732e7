import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AppId } from "../../lib/protocol/ids.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { sandboxContract } from "./contract.ts";
import { collect, processesWith, temporaryFolder } from "./support.ts";

await sandboxContract("local", new URL("local_factory.ts", import.meta.url).href);

const app = AppId.parse("shop");

Deno.test("A14 a checkout inherits nothing of a project around it", async () => {
  await using project = await temporaryFolder();
  await Deno.writeTextFile(`${project.path}/deno.json`, '{"tasks": {"dev": "echo inherited"}}');
  await Deno.mkdir(`${project.path}/.git`);
  await Deno.writeTextFile(`${project.path}/.git/HEAD`, "ref: refs/heads/main\n");
  for (const folder of ["objects", "refs"]) await Deno.mkdir(`${project.path}/.git/${folder}`);
  const workspace = await createLocalSandbox({ root: `${project.path}/.data/sandboxes` }).open(app, "w1");
  const task = collect();
  assert((await workspace.run({ command: "deno task dev", output: task.output })).exitCode !== 0);
  assert(!task.stdout().includes("inherited\n"));
  const git = collect();
  assertEquals(
    (await workspace.run({ command: "git rev-parse --git-dir", output: git.output })).exitCode,
    128,
  );
});

Deno.test("A14 an app's home lasts from build to build, and ends with the app", async () => {
  await using root = await temporaryFolder();
  const sandbox = createLocalSandbox({ root: root.path });
  const output = () => {};
  const exitOf = async (name: string, command: string) =>
    (await (await sandbox.open(app, name)).run({ command, output })).exitCode;
  assertEquals(await exitOf("w1", 'touch "$HOME/cache"'), 0);
  await sandbox.sweep(app, ["w2"]);
  assertEquals(await exitOf("w2", '[ -e "$HOME/cache" ]'), 0);
  await sandbox.sweep(app, []);
  assertEquals(Array.from(Deno.readDirSync(root.path), ({ name }) => name).includes("shop"), false);
  await sandbox.sweep(app, []);
});

Deno.test("A17 isolates that sweep an app which is gone at the same time do not fail each other", async () => {
  await using root = await temporaryFolder();
  const isolates = Array.from({ length: 50 }, () => createLocalSandbox({ root: root.path }));
  for (let round = 0; round < 20; round++) {
    await Deno.mkdir(`${root.path}/shop/.home`, { recursive: true });
    await Promise.all(isolates.map((sandbox) => sandbox.sweep(app, [])));
    assertEquals(Array.from(Deno.readDirSync(root.path), ({ name }) => name).includes("shop"), false);
  }
});

Deno.test("A14 deno is on the PATH, whoever started the server", async () => {
  await using root = await temporaryFolder();
  const workspace = await createLocalSandbox({ root: root.path }).open(app, "w1");
  const said = collect();
  await workspace.run({ command: "command -v deno", output: said.output });
  assertStringIncludes(said.stdout(), Deno.execPath().replace(/\/[^/]*$/, ""));
});

Deno.test("A14 an app that signals its whole group hits neither its guardian nor the server", async () => {
  await using root = await temporaryFolder();
  const id = crypto.randomUUID();
  const workspace = await createLocalSandbox({ root: root.path }).open(app, "w1");
  const exit = await workspace.run({
    command: "setsid sleep 600 & sleep 0.1; kill -KILL 0",
    env: { SURVIVOR: id },
    output() {},
  });
  assertEquals(exit.signal, "SIGKILL");
  assertEquals(await processesWith(id), []);
});

Deno.test("A14 a process that escapes does not hold the end up", async () => {
  await using root = await temporaryFolder();
  const workspace = await createLocalSandbox({ root: root.path }).open(app, "w1");
  const begun = Date.now();
  // It has left the group, cleared the mark, and keeps the pipe open.
  const said = collect();
  const exit = await workspace.run({
    command: "setsid env -i sleep 4 & sleep 0.3; echo done",
    output: said.output,
  });
  assertEquals([exit.exitCode, said.stdout()], [0, "done\n"]);
  assert(Date.now() - begun < 3_000);
});
