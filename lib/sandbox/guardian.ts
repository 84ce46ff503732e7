/**
 * A small shell beside each command. It holds a pipe from this isolate, and when the pipe ends, for whatever reason,
 * it kills the command's whole tree. So nothing outlives a server that was ended with SIGKILL, a worker that died, or
 * a restart by `--watch`; and ending a tree in the ordinary way is closing the pipe.
 *
 * The tree is the command's process group, and every process with the command's mark in its environment: a
 * grandchild that called setsid has left the group but still carries the mark. What clears its own environment and
 * leaves the group gets away; that takes intent, and is what the isolated driver is for. Without /proc (macOS) the
 * group is all there is.
 */

/** The variable that marks a process as part of a sandbox: `<folder of the workspace>:<a random id>`. */
export const MARK = "WAKELIGHT_SANDBOX";

/**
 * First line: the process group, or `-` for none. Each further line: TERM, once to each process of the tree, since many
 * take a second one for impatience. End of the pipe: KILL. Both look again until nothing new is found: a process may
 * fork between the look and the signal. The guardian is in a session of its own
 * and its environment has no mark, so it never hits itself, nor is hit by an app that says `kill 0`.
 */
const SCRIPT = `
mark=$1
trap '' TERM INT HUP
look() {
  for file in $(grep -lzsF -e "$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    echo "\${pid%/environ}"
  done
}
ask() {
  asked=' '
  more=1
  while [ "$more" ]; do
    more=
    for pid in $(look); do
      case $asked in *" $pid "*) continue ;; esac
      kill -s TERM "$pid"
      asked="$asked$pid "
      more=1
    done
  done
}
group() { [ "$pgid" = - ] || kill -s "$1" -- "-$pgid"; }
read -r pgid || exit 0
while read -r word; do
  if [ -r /proc/self/environ ]; then ask; else group TERM; fi
done
rounds=0
while group KILL; left=$(look); [ "$left" ] && [ $rounds -lt 100 ]; do
  kill -s KILL $left
  rounds=$((rounds + 1))
  sleep 0.02
done
exit 0
`;

export interface Guardian {
  /** Tells which process group to guard; null for none, so that the mark alone counts. */
  watch(group: number | null): Promise<void>;
  /** Asks every process of the tree to end. */
  terminate(): Promise<void>;
  /** Kills the tree; resolves when nothing of it is left. May be called twice. */
  kill(): Promise<void>;
  /** Resolves when `kill` was called and has done. */
  readonly killed: Promise<void>;
}

/** @param mark what the processes carry: a whole mark, or the beginning of many */
export function spawnGuardian(mark: string): Guardian {
  const shell = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "wakelight-guardian", `${MARK}=${mark}`],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin" },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const pipe = shell.stdin.getWriter();
  const say = (line: string) => pipe.write(new TextEncoder().encode(`${line}\n`));
  let guarded: number | null = null;
  const killed = Promise.withResolvers<void>();
  let killing = false;

  async function kill(): Promise<void> {
    await pipe.close().catch(() => {});
    const { success } = await shell.status;
    // Somebody ended the guardian before its time. The group can still be reached from here.
    if (!success && guarded !== null) killGroup(guarded);
  }

  return {
    async watch(group) {
      guarded = group;
      await say(String(group ?? "-"));
    },
    async terminate() {
      if (killing) return;
      // A guardian that is gone cannot ask; whoever asked will kill when the grace is over.
      await say("TERM").catch(() => {});
    },
    kill() {
      if (!killing) {
        killing = true;
        kill().then(killed.resolve, killed.reject);
      }
      return killed.promise;
    },
    killed: killed.promise,
  };
}

function killGroup(group: number): void {
  try {
    Deno.kill(-group, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}
