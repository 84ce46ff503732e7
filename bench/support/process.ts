/** What Linux knows of a process: the processor time it took, the memory it holds, and on which cores it may run. */

/** Ticks a second of `/proc`'s times: `getconf CLK_TCK`, which is 100 on all that Deno runs on. */
const TICKS = 100;

/** Seconds of processor time of all threads, user and system; what its children took is not in it. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field, the name, may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Seconds that all threads of a process have run, and that they would have run but waited for a core. Nanoseconds count. */
export function coreUse(pid: number): { readonly ran: number; readonly waited: number } {
  let ran = 0;
  let waited = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const [on, off] = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ");
    ran += Number(on) / 1e9;
    waited += Number(off) / 1e9;
  }
  return { ran, waited };
}

/**
 * Bytes of memory that is the process's own: `Anonymous` of `/proc/PID/smaps_rollup`, heaps and stacks without mapped
 * files. From outside nothing finer can be seen: V8 and malloc keep some of what was freed, so that a difference of two
 * looks may be hidden by what was free before. For figures below some MB take `allocated` in `slow_viewer.ts`'s way.
 */
export function anonymousBytes(pid: number): number {
  const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  return Number(/^Anonymous:\s+(\d+) kB/m.exec(rollup)?.[1]) * 1024;
}

/** The core that a server under measurement has, and the one of what loads it. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** The command, bound to a core where `taskset` exists and there are two cores. */
export function pinned(core: number, command: readonly string[]): string[] {
  return hasTaskset() ? ["taskset", "-c", String(core), ...command] : [...command];
}

/** Binds all threads of a running process. */
export async function pin(pid: number, core: number): Promise<void> {
  if (!hasTaskset()) return;
  const { success, stderr } = await new Deno.Command("taskset", {
    args: ["-a", "-c", "-p", String(core), String(pid)],
    stdout: "null",
  }).output();
  if (!success) throw new Error(`taskset: ${new TextDecoder().decode(stderr)}`);
}

let taskset: boolean | undefined;

export function hasTaskset(): boolean {
  return taskset ??= navigator.hardwareConcurrency > 1 && isOnPath("taskset");
}

/** True where a command of that name is found on the PATH. */
export function isOnPath(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
