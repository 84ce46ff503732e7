/** Makes the local driver, for the contract suite and for the server that it kills. */
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import type { Sandbox } from "../../lib/sandbox/sandbox.ts";

export function makeSandbox(root: string): Sandbox {
  return createLocalSandbox({ root });
}
