/** What a driver owes when its server dies: nothing of what it started outlives it (X3, X14). */
import { assert, assertEquals } from "@std/assert";
import { processesWith, temporaryFolder, until } from "../support.ts";

/** A child, a grandchild, one that left the session, one that left it and lost its parent, one that ignores TERM. */
const FAMILY = `sleep 601 &
  (sleep 602 & sleep 603) &
  setsid sleep 604 &
  (setsid sh -c 'sleep 605 & sleep 606' &)
  (trap '' TERM HUP INT; while :; do sleep 0.1; done) &
  echo up; wait`;

/** @param factory the driver's module, as for `sandboxContract` */
export function deathContract(driver: string, factory: string): void {
  const script = new URL("../doomed_server.ts", import.meta.url).pathname;

  function spawnServer(root: string, survivor: string, mode: "serve" | "churn"): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, factory, root, mode, FAMILY, survivor],
      stdout: "null",
      stderr: "inherit",
    }).spawn();
  }

  async function killAndCount(server: Deno.ChildProcess, root: string, survivor: string): Promise<void> {
    server.kill("SIGKILL");
    assertEquals((await server.status).signal, "SIGKILL");
    await until(() => processesWith(survivor), (pids) => pids.length === 0, 5_000);
    // What guards the processes must end as well.
    await until(() => commandLinesWith(root), (lines) => lines.length === 0, 5_000);
  }

  Deno.test(`X14 ${driver}: a server that is killed leaves no process behind, setsid or not`, async () => {
    await using root = await temporaryFolder();
    const survivor = crypto.randomUUID();
    const server = spawnServer(root.path, survivor, "serve");
    const alive = await until(() => processesWith(survivor), (pids) => pids.length >= 9, 20_000);
    assert(!alive.includes(server.pid));
    await killAndCount(server, root.path, survivor);
  });

  Deno.test(`X14 ${driver}: a server may be killed at any moment, also while it starts or ends commands`, async () => {
    await using root = await temporaryFolder();
    for (const delay of [0, 7, 19, 42, 90]) {
      const survivor = crypto.randomUUID();
      const server = spawnServer(root.path, survivor, "churn");
      await until(() => processesWith(survivor), (pids) => pids.length > 0, 20_000);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await killAndCount(server, root.path, survivor);
    }
  });
}

/** Command lines that name the folder. */
async function commandLinesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(text)) found.push(line.replaceAll("\0", " "));
  }
  return found;
}
