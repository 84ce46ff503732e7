import { assert, assertEquals } from "@std/assert";
import { createBuildLog } from "../../lib/build/build_log.ts";
import { createMasker } from "../../lib/build/mask.ts";
import type { LogLine } from "../../lib/preview/runner.ts";

Deno.test("A14 a flood of short lines comes in parts, in order, and others have their turn in between", async () => {
  const parts: (readonly LogLine[])[] = [];
  /** How many parts had come when somebody else had his turn. */
  const turns = new Set<number>();
  const others = setInterval(() => turns.add(parts.length), 0);
  const log = createBuildLog(
    {
      write(lines) {
        parts.push(lines);
        return Promise.resolve();
      },
      starting: () => Promise.resolve(),
    },
    createMasker(["planted-secret"]),
    () => 7,
  );
  const { output, tail } = log.listen("build");
  const said = Array.from({ length: 5_000 }, (_, i) => i === 600 ? "a planted-secret" : `${i}`);
  await output("stdout", new TextEncoder().encode(said.join("\n") + "\n"));
  clearInterval(others);

  const shown = said.with(600, "a ***");
  assertEquals(parts.flat().map(({ message }) => message), shown);
  assertEquals(parts.flat()[0], { source: "build", stream: "stdout", message: "0", timestamp: 7 });
  assertEquals(tail(), shown.slice(-20));
  assert(parts.every((lines) => lines.length <= 512), `${parts.map((lines) => lines.length)}`);
  assert(turns.size >= parts.length - 2, `turns after ${[...turns]} of ${parts.length} parts`);
});

Deno.test("A14 what two pipes say comes in the order in which it was read, however slowly it is taken", async () => {
  const taken: string[] = [];
  const log = createBuildLog(
    {
      async write(lines) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        taken.push(...lines.map(({ stream, message }) => `${stream} ${message}`));
      },
      starting: () => Promise.resolve(),
    },
    createMasker([]),
    Date.now,
  );
  const { output, end } = log.listen("dev-server");
  const bytes = (text: string) => new TextEncoder().encode(text);
  const all = [
    output("stdout", bytes("1\n2\n")),
    output("stderr", bytes("3\n")),
    output("stdout", bytes("4\n5")),
  ];
  await Promise.all([...all, log.say("6")]);
  await end();
  assertEquals(taken, ["stdout 1", "stdout 2", "stderr 3", "stdout 4", "stdout 6", "stdout 5"]);
});
