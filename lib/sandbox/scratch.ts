/** Workspaces for a moment: for a question to a Git host that belongs to no app. */
import type { AppId } from "../protocol/ids.ts";
import type { Sandbox, Workspace } from "./sandbox.ts";

/** @returns a function that runs `use` in an empty workspace and removes it afterwards */
export function createScratch(
  sandbox: Sandbox,
): <T>(use: (workspace: Workspace) => Promise<T>) => Promise<T> {
  return async (use) => {
    // No app can have this id: an underscore is not legal there. One for each, so that isolates do not sweep each other's.
    const nobody = `_scratch-${crypto.randomUUID()}` as AppId;
    try {
      return await use(await sandbox.open(nobody, "scratch"));
    } finally {
      await sandbox.sweep(nobody, []).catch(() => {});
    }
  };
}
