/** `deno task dev` serves with live reload, `deno task build` writes `_fresh/`. */
import { Builder } from "fresh/dev";
import { ensureDemo } from "./examples/demo.ts";
import { prepareDev } from "./examples/prepare_dev.ts";
import { buildForProduction } from "./production_build.ts";

if (Deno.args.includes("build")) {
  await buildForProduction();
} else {
  const port = await prepareDev();
  await new Builder().listen(async () => {
    const main = await import("./main.ts");
    await ensureDemo(main.services);
    return main;
  }, { port, hostname: "127.0.0.1" });
}
