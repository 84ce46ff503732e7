/** What a driver owes to what is served. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PromiseTest } from "./promise.ts";
import { collect, processesWith, until } from "../support.ts";

export function servingContract(promise: PromiseTest): void {
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
}
