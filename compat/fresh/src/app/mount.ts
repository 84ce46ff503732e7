import type { Command } from "./commands.ts";
import { isRoot, joinPaths, scopeOf } from "./paths.ts";

/** A command of an inner app as the outer one has to hear it. */
export function mounted(command: Command, base: { path: string; inner: string }): Command {
  const prefix = joinPaths(base.path, base.inner);
  const steps = scopeOf(prefix);
  switch (command.type) {
    case "appWrapper":
    case "notFound":
      return command;
    case "fsRoutes":
      return { ...command, base: isRoot(command.base) ? prefix : joinPaths(prefix, command.base) };
    case "handler":
    case "route":
      return { ...command, scope: [...steps, ...command.scope], path: joinPaths(prefix, command.path) };
    default:
      return { ...command, scope: [...steps, ...command.scope] };
  }
}
