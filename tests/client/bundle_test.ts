import { assert, assertEquals } from "@std/assert";

const folder = new URL("../../lib/client/", import.meta.url);

Deno.test("K6 all of lib/client bundles for browsers and asks nothing of Deno", async () => {
  const entrypoints = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) =>
    new URL(name, folder).pathname
  );
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints,
    outputDir: "/nowhere",
    platform: "browser",
    codeSplitting: true,
    write: false,
  });
  assertEquals([success, errors], [true, []]);
  const code = outputFiles!.map((file) => file.text()).join("\n");
  assert(code.includes("text/event-stream"), "there is code to look at");
  assertEquals(code.match(/\bDeno\.\w+|from "node:[^"]*"/g), null);
});
