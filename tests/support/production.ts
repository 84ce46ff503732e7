/** Wakelight as it is in production (no live reload, minified islands), built in memory: nothing is left in the checkout. */
import { Builder } from "fresh/dev";
import { prepareDev } from "../../examples/prepare_dev.ts";

const port = await prepareDev();
const apply = await new Builder().build({ snapshot: "memory" });
const { app } = await import("../../main.ts");
apply(app);
await app.listen({ port, hostname: "127.0.0.1" });
