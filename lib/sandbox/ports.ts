/**
 * Ports for what is served. A port is not given again for ten minutes: a browser tab, a proxy or a webhook that still
 * knows the old address must not reach another app. The reservations are files, because several isolates, and several
 * processes, may share the folder.
 */
const REST_MS = 600_000;

/** Below the range from which Linux takes ports for outgoing connections, so that none of those is in the way. */
const FIRST = 20_000;
const COUNT = 12_000;

export interface Port {
  readonly port: number;
  /** Starts the ten minutes anew: they count from when the port was last in use. */
  release(): Promise<void>;
}

/** @throws where 100 ports in a row are taken, which means something else is wrong */
export async function reservePort(folder: string, now: () => number): Promise<Port> {
  await Deno.mkdir(folder, { recursive: true });
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const file = `${folder}/${port}`;
    if (!isFree(port) || !await claim(file, now())) continue;
    return {
      port,
      async release() {
        const at = new Date(now());
        await Deno.utime(file, at, at).catch(ignoreNotFound);
      },
    };
  }
  throw new Error(`Cannot find a free port between ${FIRST} and ${FIRST + COUNT - 1}`);
}

/** True where something accepts connections, on IPv4 or IPv6: some servers know `localhost` by one of them only. */
export async function whoAnswers(port: number): Promise<"127.0.0.1" | "[::1]" | null> {
  if (await connects("127.0.0.1", port)) return "127.0.0.1";
  if (await connects("::1", port)) return "[::1]";
  return null;
}

async function connects(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Creating the file is the claim: of two who try, one succeeds. */
async function claim(file: string, now: number): Promise<boolean> {
  const usedAt = await Deno.stat(file).then((info) => info.mtime?.getTime() ?? now, ignoreNotFound);
  if (usedAt !== undefined) {
    if (now - usedAt < REST_MS) return false;
    await Deno.remove(file).catch(ignoreNotFound);
  }
  try {
    (await Deno.open(file, { write: true, createNew: true })).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
  const at = new Date(now);
  await Deno.utime(file, at, at);
  return true;
}

function isFree(port: number): boolean {
  for (const hostname of ["0.0.0.0", "::1"]) {
    try {
      Deno.listen({ hostname, port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return false;
      // Anything else says that the machine has no such address, and then nobody listens there.
    }
  }
  return true;
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
