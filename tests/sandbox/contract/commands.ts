/** What a driver owes to commands that run to their end. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { PromiseTest } from "./promise.ts";
import { collect, processesWith, until } from "../support.ts";

export function commandsContract(promise: PromiseTest): void {
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
}
