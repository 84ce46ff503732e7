/** Which processes belong to a folder: those that work in it, or carry it in their arguments or environment. */

/** @returns one line for each, `pid arguments`; zombies, which only wait for their parent, do not count */
export async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name: pid } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === Deno.pid) continue;
    try {
      if (/^State:\s+Z/m.test(await Deno.readTextFile(`/proc/${pid}/status`))) continue;
      const words = await Deno.readTextFile(`/proc/${pid}/cmdline`);
      const environment = await Deno.readTextFile(`/proc/${pid}/environ`);
      const cwd = await Deno.readLink(`/proc/${pid}/cwd`);
      if ([words, environment, cwd].some((text) => text.includes(folder))) {
        found.push(`${pid} ${words.replaceAll("\0", " ")}`);
      }
    } catch {
      // Ended between the listing and the look, or is not ours to look at.
    }
  }
  return found;
}

export async function killAllOf(folder: string): Promise<void> {
  for (const line of await processesOf(folder)) {
    try {
      Deno.kill(parseInt(line), "SIGKILL");
    } catch (error) {
      // Ended meanwhile, and so it should.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
