/** The two command fields that the forms of an app share. */
import type { Commands } from "../../lib/protocol/api.ts";

/** A command that was left empty is not there at all, so that it is found out from the repository. */
export function commandsOf(values: { readonly install: string; readonly start: string }): Commands {
  const install = values.install.trim();
  const start = values.start.trim();
  return { ...(install !== "" && { install }), ...(start !== "" && { start }) };
}
