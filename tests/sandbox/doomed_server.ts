/**
 * A server that is there to be killed. Arguments: the module that makes the driver, its root, `serve` to start a command
 * or `churn` to start and end it over and over, the command, and the mark by which its processes are counted.
 */
import { AppId } from "../../lib/protocol/ids.ts";
import type { Sandbox } from "../../lib/sandbox/sandbox.ts";

const [factory, root, mode, command, survivor] = Deno.args;
const { makeSandbox } = await import(factory) as { makeSandbox(root: string): Sandbox };
const workspace = await makeSandbox(root).open(AppId.parse("doomed"), "w1");
const start = () => workspace.serve({ command, env: { SURVIVOR: survivor }, output() {} });

if (mode === "serve") {
  await start();
} else {
  while (true) {
    const served = await Promise.all([start(), start(), start()]);
    await Promise.all(served.map(({ stop }) => stop(5)));
  }
}
