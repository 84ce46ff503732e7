/** What every sandbox driver owes. One suite for all of them (X14). */
import type { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { commandsContract } from "./contract/commands.ts";
import { deathContract } from "./contract/death.ts";
import { app, type PromiseTest } from "./contract/promise.ts";
import { servingContract } from "./contract/serving.ts";
import { workspacesContract } from "./contract/workspaces.ts";
import { temporaryFolder } from "./support.ts";

/**
 * Registers the tests for one driver.
 * @param factory URL of a module that exports `makeSandbox(root: string): Sandbox`; it is also loaded by the server
 * that gets killed
 */
export async function sandboxContract(driver: string, factory: string): Promise<void> {
  const { makeSandbox } = await import(factory) as { makeSandbox(root: string): Sandbox };

  const promise: PromiseTest = (sentence, test) =>
    Deno.test(`X14 ${driver}: ${sentence}`, async () => {
      await using root = await temporaryFolder();
      const sandbox = makeSandbox(root.path);
      await test(sandbox, await sandbox.open(app, "w1"), makeSandbox(root.path));
    });

  commandsContract(promise);
  servingContract(promise);
  workspacesContract(promise);
  deathContract(driver, factory);
}
