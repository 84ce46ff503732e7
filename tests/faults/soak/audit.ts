/** At the end: what the store has is what viewers saw, to the last line, and nothing is left of what is gone. */
import type { DeployView } from "../../../lib/protocol/api.ts";
import type { DeployLog } from "../../../lib/protocol/deploy_log.ts";
import type { Residents } from "./audience.ts";
import { open } from "./streams.ts";
import type { World } from "./world.ts";

/** Brings each resident to the end of his app's history, where nothing happens any more, and compares. */
export async function audit(world: World, residents: Residents): Promise<void> {
  const { house, server, ledger } = world;
  const session = await house.session(server);
  for (const [app, reader] of residents) {
    const url = `${server.url}/api/apps/${app.id}/events`;
    let before: string | undefined;
    do {
      before = reader.cursor;
      const ticket = await house.ticket(app.id, server.url);
      const leaving = new AbortController().signal;
      const end = await open.json({ url, ticket, reader, leaving, dawdle: () => 0 });
      if (end.type !== "told") ledger.problem(`the resident of ${app.id} cannot come again: ${end.type}`);
    } while (before !== reader.cursor);
    const { deploys } = await session.get<{ deploys: DeployView[] }>(`/api/apps/${app.id}/deploys`);
    for (const { id } of deploys) {
      const known = ledger.knows(id);
      let log: DeployLog | null = null;
      do {
        const path = `/api/deploys/${id}/logs?after=${log?.next ?? 0}`;
        const answer = await session.send("GET", path);
        // One that nobody claimed has no log.
        if (answer.status === 404) {
          await answer.body?.cancel();
          break;
        }
        log = await answer.json() as DeployLog;
        for (const line of log.lines) ledger.line("the store", line);
      } while (!log.closed && log.lines.length > 0);
      if (log === null || log.next === 0) continue;
      if (known) ledger.end("the store", id, log.next);
      else ledger.problem(`nobody saw the log of ${id}`);
    }
  }
}

/** Workspaces of apps that are gone, and of builds that are over, by their folders. */
export async function leftBehind({ house, apps }: World): Promise<string[]> {
  const root = `${house.dataDir}/sandboxes`;
  const left: string[] = [];
  for await (const { name } of Deno.readDir(root)) {
    if (name.startsWith(".") || name === "deno.json") continue;
    const workspaces = [...Deno.readDirSync(`${root}/${name}`)].filter(({ name }) => !name.startsWith("."));
    if (!apps.some(({ id }) => id === name)) left.push(`the folder of ${name}, which is gone`);
    else if (workspaces.length > 1) left.push(`${workspaces.length} workspaces of ${name}`);
  }
  return left;
}
