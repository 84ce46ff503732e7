/** What a first start on a developer's machine needs and nobody should have to configure. */

const FIRST_PORT = 8000;
const PORTS = 20;

/**
 * Makes the data folder, a ticket secret that outlives restarts, and finds a free port; all of it goes into the
 * environment where it is not set there already.
 * @returns the port
 */
export async function prepareDev(): Promise<number> {
  const dataDir = Deno.env.get("DATA_DIR") ?? ".data";
  await Deno.mkdir(dataDir, { recursive: true });
  // A checkout below this folder would else inherit this project's configuration.
  await Deno.writeTextFile(`${dataDir}/deno.json`, "{}\n");
  if (!Deno.env.get("TICKET_SECRET")) {
    Deno.env.set("TICKET_SECRET", await ticketSecret(`${dataDir}/ticket-secret`));
  }
  const port = Deno.env.get("PORT") ? Number(Deno.env.get("PORT")) : freePort();
  Deno.env.set("PORT", String(port));
  return port;
}

async function ticketSecret(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch {
    const secret = crypto.randomUUID() + crypto.randomUUID();
    await Deno.writeTextFile(file, secret + "\n", { mode: 0o600 });
    return secret;
  }
}

function freePort(): number {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(
    `Cannot find a free port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1}. Set PORT to one that is free`,
  );
}
