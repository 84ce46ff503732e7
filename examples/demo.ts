/** The demo app of a first start: a bare repository made of `examples/hello`, and an app that previews it. */
import type { Services } from "../lib/services.ts";
import { FIRST_USER } from "../lib/auth/accounts.ts";
import { OwnerId } from "../lib/protocol/ids.ts";

/** What `deno task demo:push` has to know; in `<dataDir>/demo.json`. */
export interface Demo {
  readonly url: string;
  readonly appId: string;
  readonly webhookSecret: string;
  readonly repository: string;
}

export const demoFile = (dataDir: string) => `${dataDir}/demo.json`;

/** Commits need an identity, and whatever the machine's own Git configuration says must not get in the way. */
const IDENTITY = [
  "-c",
  "user.name=Wakelight demo",
  "-c",
  "user.email=demo@localhost",
  "-c",
  "commit.gpgsign=false",
];

/** @returns what git printed; @throws with its complaint */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command("git", {
    args: [...IDENTITY, ...args],
    cwd,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`git ${args[0]} failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Makes the repository where there is none yet. @returns its absolute path */
async function ensureRepository(dataDir: string): Promise<string> {
  const folder = await Deno.realPath(dataDir);
  const bare = `${folder}/demo.git`;
  if (await exists(bare)) return bare;
  const work = await Deno.makeTempDir();
  try {
    const source = new URL("./hello/", import.meta.url);
    for await (const { name, isFile } of Deno.readDir(source)) {
      if (isFile) await Deno.copyFile(new URL(name, source), `${work}/${name}`);
    }
    await git(work, "init", "--quiet", "--initial-branch=main");
    await git(work, "add", ".");
    await git(work, "commit", "--quiet", "--message", "Hello");
    // Moved into place when it is whole, so that an interrupted start leaves no half of it.
    await git(work, "clone", "--quiet", "--bare", work, `${bare}.new`);
    await Deno.rename(`${bare}.new`, bare);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return bare;
}

/** Creates the demo app on the first start; one that somebody deleted is not made again. */
export async function ensureDemo(services: Services): Promise<void> {
  const { publicUrl: url, dataDir } = services.config;
  const file = demoFile(dataDir);
  if (await exists(file)) {
    const demo: Demo = JSON.parse(await Deno.readTextFile(file));
    await Deno.writeTextFile(file, JSON.stringify({ ...demo, url }, null, 2));
    return;
  }
  const repository = await ensureRepository(dataDir);
  const created = await services.apps.create({ name: "Hello", repository }, OwnerId.parse(FIRST_USER));
  if (!created.ok) throw new Error(`Cannot make the demo app: ${created.code} ${created.detail ?? ""}`);
  const { id: appId, webhookSecret } = created.value;
  const demo: Demo = { url, appId, webhookSecret, repository };
  await Deno.writeTextFile(file, JSON.stringify(demo, null, 2));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
