/** One sentence of the contract, with a fresh driver on a fresh root. */
import { AppId } from "../../../lib/protocol/ids.ts";
import type { Sandbox, Workspace } from "../../../lib/sandbox/sandbox.ts";

/** `elsewhere` is a second driver on the same root, as another isolate would have it. */
export type PromiseTest = (
  sentence: string,
  test: (sandbox: Sandbox, workspace: Workspace, elsewhere: Sandbox) => Promise<void>,
) => void;

/** Whose workspaces the contract uses. */
export const app = AppId.parse("shop");
