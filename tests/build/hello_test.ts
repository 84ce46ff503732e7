import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createRunner } from "../../lib/build/runner.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { temporaryFolder, until } from "../sandbox/support.ts";
import { makeRepository, recordingSink, testApp, testJob } from "./support.ts";

const EXAMPLE = new URL("../../examples/hello/", import.meta.url);

async function readExample(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(EXAMPLE)) {
    files[name] = await Deno.readTextFile(new URL(name, EXAMPLE));
  }
  return files;
}

Deno.test("A14 the hello example is built, shows what was pushed, echoes, and ends politely", async () => {
  await using folder = await temporaryFolder();
  const repository = await makeRepository(`${folder.path}/hello`);
  const runner = createRunner({
    sandbox: createLocalSandbox({ root: `${folder.path}/sandboxes` }),
    installTimeout: 20_000,
    startTimeout: 20_000,
    now: Date.now,
  });
  const app = testApp(repository.path);
  await repository.commit(await readExample());
  const pushed = await repository.commit({ "message.txt": "A pushed <message>.\n" });
  const sink = recordingSink();
  const run = runner.start(testJob(app, pushed), sink);
  const outcome = await run.outcome;
  assert(outcome.ok, JSON.stringify(outcome));

  const home = await (await fetch(outcome.url)).text();
  assertStringIncludes(home, "A pushed &lt;message&gt;.");
  assertStringIncludes(home, 'href="/about"');
  assertStringIncludes(await (await fetch(`${outcome.url}/about`)).text(), 'href="/"');
  const missing = await fetch(`${outcome.url}/missing`);
  await missing.body?.cancel();
  assertEquals(missing.status, 404);

  const socket = new WebSocket(`${outcome.url.replace("http", "ws")}/ws`);
  const echoed = new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = reject;
  });
  await new Promise((resolve) => socket.onopen = resolve);
  socket.send("hello?");
  assertEquals(await echoed, "hello?");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;

  const lines = await until(
    () => sink.messages("dev-server"),
    (said) => said.some((line) => line.includes("ready")),
  );
  assert(lines.length >= 5);
  await run.stop();
  assertStringIncludes(sink.messages("dev-server").join("\n"), "good night");
});
