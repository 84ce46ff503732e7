/** What every sandbox driver owes. Call it with a driver's factory module; the same one runs in the server it kills. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AppId } from "../../lib/protocol/ids.ts";
import type { Sandbox, Workspace } from "../../lib/sandbox/sandbox.ts";
import { collect, processesWith, temporaryFolder, until } from "./support.ts";

const app = AppId.parse("shop");

/** @param factory URL of a module with `makeSandbox(root: string): Sandbox` */
export async function sandboxContract(driver: string, factory: string): Promise<void> {
  const { makeSandbox } = await import(factory) as { makeSandbox(root: string): Sandbox };

  function promise(
    sentence: string,
    test: (sandbox: Sandbox, workspace: Workspace, elsewhere: Sandbox) => Promise<void>,
  ): void {
    Deno.test(`X14 ${driver}: ${sentence}`, async () => {
      await using root = await temporaryFolder();
      const sandbox = makeSandbox(root.path);
      await test(sandbox, await sandbox.open(app, "w1"), makeSandbox(root.path));
    });
  }

  promise("a command's output and exit code are told, stream by stream", async (_, workspace) => {
    const said = collect();
    const exit = await workspace.run({ command: "echo out; echo err >&2; exit 7", output: said.output });
    assertEquals(exit, { exitCode: 7, signal: null, timedOut: false });
    assertEquals([said.stdout(), said.stderr()], ["out\n", "err\n"]);
  });

  promise("arguments are passed as they are, without a shell", async (_, workspace) => {
    const said = collect();
    const exit = await workspace.run({
      command: ["printf", "%s|", "a b", "$HOME", "", "'q\"", "-n"],
      output: said.output,
    });
    assertEquals([exit.exitCode, said.stdout()], [0, "a b|$HOME||'q\"|-n|"]);
  });

  promise("a program that does not exist ends with 127", async (_, workspace) => {
    const said = collect();
    const exit = await workspace.run({ command: ["no-such-program"], output: said.output });
    assertEquals(exit.exitCode, 127);
    assertStringIncludes(said.stderr(), "no-such-program");
  });

  promise("death by a signal is told apart from an exit code", async (_, workspace) => {
    const { output } = collect();
    assertEquals(await workspace.run({ command: "kill -KILL $$", output }), {
      exitCode: null,
      signal: "SIGKILL",
      timedOut: false,
    });
    assertEquals((await workspace.run({ command: "exit 137", output })).exitCode, 137);
  });

  promise("nothing waits for input that cannot come", async (_, workspace) => {
    const said = collect();
    const exit = await workspace.run({ command: "cat; echo end", output: said.output, timeout: 10_000 });
    assertEquals([exit.exitCode, said.stdout()], [0, "end\n"]);
  });

  promise("X8 only a short list of variables is passed on", async (_, workspace) => {
    Deno.env.set("PLANTED_SECRET", "planted-sentinel");
    try {
      const said = collect();
      await workspace.run({ command: ["env"], env: { MINE: "yes" }, output: said.output });
      const names = said.stdout().split("\n").map((line) => line.split("=")[0]);
      assert(!said.stdout().includes("planted-sentinel"));
      for (const name of ["PATH", "HOME", "LANG", "MINE"]) assert(names.includes(name), name);
      assertStringIncludes(said.stdout(), "GIT_TERMINAL_PROMPT=0");
    } finally {
      Deno.env.delete("PLANTED_SECRET");
    }
  });

  promise("a command that takes too long ends with its whole tree", async (_, workspace) => {
    const { output } = collect();
    const id = crypto.randomUUID();
    const exit = await workspace.run({
      command: "sleep 600 & sleep 600 & wait",
      env: { SURVIVOR: id },
      output,
      timeout: 200,
    });
    assertEquals([exit.timedOut, exit.signal], [true, "SIGTERM"]);
    assertEquals(await processesWith(id), []);
  });

  promise("a command can be called off, before and while it runs", async (_, workspace) => {
    const { output } = collect();
    const id = crypto.randomUUID();
    const controller = new AbortController();
    const run = workspace.run({
      command: "sleep 600 & wait",
      env: { SURVIVOR: id },
      output,
      signal: controller.signal,
    });
    await until(() => processesWith(id), (pids) => pids.length >= 2);
    controller.abort();
    assertEquals((await run).signal, "SIGTERM");
    const late = await workspace.run({
      command: "sleep 600",
      env: { SURVIVOR: id },
      output,
      signal: controller.signal,
    });
    assertEquals([late.exitCode, late.timedOut], [null, false]);
    assertEquals(await processesWith(id), []);
  });

  promise("what a command leaves in the background ends with it, setsid or not", async (_, workspace) => {
    const { output } = collect();
    const id = crypto.randomUUID();
    const begun = Date.now();
    const exit = await workspace.run({
      command: "sleep 600 & setsid sleep 600 & sleep 0.2; exit 0",
      env: { SURVIVOR: id },
      output,
    });
    assertEquals(exit.exitCode, 0);
    assertEquals(await processesWith(id), []);
    assert(Date.now() - begun < 5_000);
  });

  promise("a slow reader slows the writer, and nothing is lost", async (_, workspace) => {
    let bytes = 0;
    let inside = 0;
    const exit = await workspace.run({
      command: "head -c 2000000 /dev/zero",
      output: async (_stream, chunk) => {
        assertEquals(++inside, 1, "a second chunk came before the first was taken");
        await new Promise((resolve) => setTimeout(resolve, 1));
        bytes += chunk.length;
        inside--;
      },
    });
    assertEquals([exit.exitCode, bytes], [0, 2_000_000]);
  });

  promise("a reader that takes nothing holds the writer up", async (_, workspace) => {
    const gate = Promise.withResolvers<void>();
    let taken = 0;
    const run = workspace.run({
      command: "head -c 5000000 /dev/zero; touch written",
      output: async (_stream, chunk) => {
        taken += chunk.length;
        await gate.promise;
      },
    });
    await until(() => taken, (n) => n > 0);
    // Another command runs its course meanwhile; the first must still be waiting.
    await workspace.run({ command: "sleep 0.3", output: () => {} });
    assertEquals(await workspace.readFile("written"), null);
    assert(taken < 1_000_000, `${taken} bytes were taken`);
    gate.resolve();
    await run;
    assertEquals([taken, await workspace.readFile("written")], [5_000_000, ""]);
  });

  promise("an output that throws ends the command, and the error is passed on", async (_, workspace) => {
    const id = crypto.randomUUID();
    const error = await assertRejects(() =>
      workspace.run({
        command: "echo x; sleep 600",
        env: { SURVIVOR: id },
        output: () => {
          throw new Error("the log is full");
        },
      })
    );
    assertEquals((error as Error).message, "the log is full");
    assertEquals(await processesWith(id), []);
  });

  promise("what is served answers at its url and is told its PORT", async (_, workspace) => {
    const { output } = collect();
    const served = await workspace.serve({
      command: [
        "deno",
        "eval",
        'Deno.serve({hostname: "127.0.0.1", port: +Deno.env.get("PORT")}, () => new Response("hi"))',
      ],
      output,
    });
    await until(() => served.answers(), (yes) => yes);
    assertEquals(await (await fetch(served.url)).text(), "hi");
    const exit = await served.stop();
    assertEquals(exit, await served.stopped);
    assertEquals([exit.signal, exit.timedOut], ["SIGTERM", false]);
    assertEquals(await served.answers(), false);
  });

  promise("an app that knows only ::1 is found there", async (_, workspace) => {
    const { output } = collect();
    const served = await workspace.serve({
      command: [
        "deno",
        "eval",
        'Deno.serve({hostname: "::1", port: +Deno.env.get("PORT")}, () => new Response("six"))',
      ],
      output,
    });
    await until(() => served.answers(), (yes) => yes);
    assertEquals(await (await fetch(served.url)).text(), "six");
    await served.stop();
  });

  promise("nothing answers where nothing listens", async (_, workspace) => {
    const served = await workspace.serve({ command: "sleep 600", output: () => {} });
    assertEquals(await served.answers(), false);
    await served.stop(0);
  });

  promise("stop is polite to the whole tree, then not", async (_, workspace) => {
    const said = collect();
    const id = crypto.randomUUID();
    const served = await workspace.serve({
      command: `trap 'echo leader; exit 3' TERM
        (trap 'sleep 0.3; echo child; exit 0' TERM; echo ready; while :; do sleep 0.05; done) &
        (trap '' TERM; echo ready; while :; do sleep 0.05; done) &
        while :; do sleep 0.05; done`,
      env: { SURVIVOR: id },
      output: said.output,
    });
    await until(said.stdout, (text) => text.includes("ready\nready\n"));
    const exit = await served.stop(1_000);
    assertEquals(exit.exitCode, 3);
    assertStringIncludes(said.stdout(), "leader");
    assertStringIncludes(said.stdout(), "child");
    assertEquals(await processesWith(id), []);
  });

  promise("an impatient second stop does not wait for the first", async (_, workspace) => {
    const said = collect();
    const served = await workspace.serve({
      command: "trap '' TERM; echo ready; while :; do sleep 0.05; done",
      output: said.output,
    });
    await until(said.stdout, (text) => text.includes("ready"));
    const begun = Date.now();
    const first = served.stop(60_000);
    const second = await served.stop(0);
    assertEquals([second.signal, await first], ["SIGKILL", second]);
    assert(Date.now() - begun < 5_000);
    assertEquals(await served.stop(), second);
  });

  promise("the end of what is served is told with its last words", async (_, workspace) => {
    const said = collect();
    const served = await workspace.serve({ command: "echo last words; exit 9", output: said.output });
    assertEquals(await served.stopped, { exitCode: 9, signal: null, timedOut: false });
    assertEquals(said.stdout(), "last words\n");
  });

  promise("files are written and read, and absent ones are null", async (_, workspace) => {
    await workspace.writeFile("a/b/c.txt", "hällo");
    assertEquals(await workspace.readFile("a/b/c.txt"), "hällo");
    await workspace.writeFile("a/b/c.txt", "again");
    assertEquals(await workspace.readFile("a/b/c.txt"), "again");
    for (const path of ["none", "a", "a/b/c.txt/d", "", "/etc/passwd", "../w1/a/b/c.txt"]) {
      assertEquals(await workspace.readFile(path), null, path);
    }
  });

  promise("X16 no link leads a read or a write out of the workspace", async (_, workspace) => {
    await using outside = await temporaryFolder();
    await Deno.writeTextFile(`${outside.path}/secret`, "secret");
    await workspace.writeFile("inner.txt", "inner");
    await workspace.run({
      command: `ln -s '${outside.path}/secret' file; ln -s '${outside.path}' folder; ln -s inner.txt good
        ln -s loop loop; mkfifo fifo`,
      output: () => {},
    });
    for (const path of ["file", "folder/secret", "loop", "fifo"]) {
      assertEquals(await workspace.readFile(path), null, path);
    }
    assertEquals(await workspace.readFile("good"), "inner");
    await workspace.writeFile("file", "mine");
    await assertRejects(() => workspace.writeFile("folder/new", "x"));
    await assertRejects(() => workspace.writeFile("../new", "x"));
    assertEquals(await Deno.readTextFile(`${outside.path}/secret`), "secret");
    assertEquals(Array.from(Deno.readDirSync(outside.path), ({ name }) => name), ["secret"]);
  });

  promise(
    "sweep ends and removes all workspaces but those that are kept",
    async (sandbox, workspace, elsewhere) => {
      const id = crypto.randomUUID();
      const other = await sandbox.open(app, "w2");
      const neighbour = await sandbox.open(AppId.parse("shop-2"), "w1");
      const serve = (at: Workspace) =>
        at.serve({ command: ["sleep", "600"], env: { SURVIVOR: id }, output: () => {} });
      const [gone, kept, theirs] = [await serve(workspace), await serve(other), await serve(neighbour)];
      // Another driver on the same root, as in another isolate, must end them as well.
      await elsewhere.sweep(app, ["w2"]);
      assertEquals((await gone.stopped).signal, "SIGKILL");
      assertEquals([await sandbox.has(app, "w1"), await sandbox.has(app, "w2")], [false, true]);
      assertEquals((await processesWith(id)).length, 2);
      await kept.stop();
      await theirs.stop();
      await sandbox.sweep(app, []);
      assertEquals(await sandbox.has(app, "w2"), false);
      assertEquals(await sandbox.has(AppId.parse("shop-2"), "w1"), true);
    },
  );

  promise("a workspace's name cannot lead elsewhere", async (sandbox) => {
    for (const name of ["", "..", "a/b", ".home", "a b"]) {
      await assertRejects(() => sandbox.open(app, name), Error, "Cannot use");
    }
  });

  Deno.test(`X14 ${driver}: a server that is killed leaves no process behind, setsid or not`, async () => {
    await using root = await temporaryFolder();
    const id = crypto.randomUUID();
    // A child, a grandchild, one that left the session, one that left it and lost its parent, one that ignores TERM.
    const command = `sleep 601 &
      (sleep 602 & sleep 603) &
      setsid sleep 604 &
      (setsid sh -c 'sleep 605 & sleep 606' &)
      (trap '' TERM HUP INT; while :; do sleep 0.1; done) &
      echo up; wait`;
    const server = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        new URL("doomed_server.ts", import.meta.url).pathname,
        factory,
        root.path,
        command,
        id,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const alive = await until(() => processesWith(id), (pids) => pids.length >= 9, 20_000);
      assert(!alive.includes(server.pid));
    } finally {
      server.kill("SIGKILL");
      await server.status;
      await server.stdout.cancel();
    }
    await until(() => processesWith(id), (pids) => pids.length === 0, 5_000);
    const guards = () => commandLinesWith(root.path);
    await until(guards, (lines) => lines.length === 0, 5_000);
  });
}

/** Command lines that name the folder: what guards its processes must end as well. */
async function commandLinesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(text)) found.push(line.replaceAll("\0", " "));
  }
  return found;
}
