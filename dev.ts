/** `deno task dev` serves with live reload, `deno task build` writes `_fresh/`. */
import { Builder } from "fresh/dev";
import { ensureDemo } from "./examples/demo.ts";
import { prepareDev } from "./examples/prepare_dev.ts";

const builder = new Builder();

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  const port = await prepareDev();
  await builder.listen(async () => {
    const main = await import("./main.ts");
    await ensureDemo(main.services);
    return main;
  }, { port, hostname: "127.0.0.1" });
}
