/**
 * Ports for what is served. A port is not given again for ten minutes: a browser tab, a proxy or a webhook that still
 * knows the old address must not reach another app. The reservations are files, because several isolates, and several
 * processes, may share the folder.
 */
const REST_MS = 600_000;

/** Below the range from which Linux takes ports for outgoing connections, so that none of those is in the way. */
const RANGE = { first: 20_000, count: 12_000 };

export interface Port {
  readonly port: number;
  /** Starts the ten minutes anew: they count from when the port was last in use. */
  release(): Promise<void>;
}

export interface PortRange {
  readonly first: number;
  readonly count: number;
}

/** @throws where 100 ports in a row are taken, which means that something else is wrong */
export async function reservePort(
  folder: string,
  now: () => number,
  { first, count }: PortRange = RANGE,
): Promise<Port> {
  await Deno.mkdir(folder, { recursive: true });
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * count);
    const file = `${folder}/${port}`;
    if (isFree(port) && await claim(file, now())) {
      return {
        port,
        release: () => Deno.writeTextFile(file, String(now()), { create: false }).catch(ignoreNotFound),
      };
    }
  }
  throw new Error(`Cannot find a free port between ${first} and ${first + count - 1}`);
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

/** Whether the port had its rest. The file holds when it was last in use; its lock decides between two who ask. */
async function claim(file: string, now: number): Promise<boolean> {
  using open = await Deno.open(file, { read: true, write: true, create: true });
  await open.lock(true);
  const buffer = new Uint8Array(32);
  const usedAt = Number(
    new TextDecoder().decode(buffer.subarray(0, await open.read(buffer) ?? 0)) || -Infinity,
  );
  if (now - usedAt < REST_MS) return false;
  await open.truncate();
  await open.seek(0, Deno.SeekMode.Start);
  await open.write(new TextEncoder().encode(String(now)));
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

/** The folder may have been removed meanwhile, with all that ran in it. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
