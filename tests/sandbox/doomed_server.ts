/** A server that is there to be killed. Arguments: the module that makes the driver, its root, a shell command to serve. */
import { AppId } from "../../lib/protocol/ids.ts";

const [factory, root, command, survivor] = Deno.args;
const { makeSandbox } = await import(factory);
const workspace = await makeSandbox(root).open(AppId.parse("doomed"), "w1");
await workspace.serve({
  command,
  env: { SURVIVOR: survivor },
  output: (_: string, bytes: Uint8Array) => void Deno.stdout.writeSync(bytes),
});
