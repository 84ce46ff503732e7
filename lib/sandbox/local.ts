/**
 * The driver that runs apps as ordinary processes of this machine, under the server's own user. It keeps apps apart by
 * folder and environment, and ends what it began; it does not keep out an app that means harm.
 *
 * ```
 * <root>/deno.json             {}: a checkout does not inherit the configuration of a project around it
 * <root>/.deno  .ports         caches for all apps; reserved ports
 * <root>/<appId>/.home         the app's home, kept from build to build
 * <root>/<appId>/<name>        a workspace
 * ```
 */
import type { AppId } from "../protocol/ids.ts";
import type { Sandbox, Workspace } from "./sandbox.ts";
import { sandboxEnvironment } from "./environment.ts";
import { spawnGuardian } from "./guardian.ts";
import { localWorkspace } from "./local_workspace.ts";

export interface LocalSandboxOptions {
  /** Where all apps live; made when it is first needed. Relative to the working directory. */
  readonly root: string;
  /** Deno's cache for what runs in the sandboxes; `<root>/.deno` if not given. */
  readonly denoDir?: string;
  /** Milliseconds since 1970; for the ten minutes in which a port is not given again. */
  readonly now?: () => number;
}

export function createLocalSandbox(options: LocalSandboxOptions): Sandbox {
  const now = options.now ?? Date.now;
  let prepared: Promise<string> | null = null;

  /** The root's real path. A failure is not remembered: the disk may have room the next time. */
  function prepare(): Promise<string> {
    return prepared ??= makeRoot(options.root).catch((error) => {
      prepared = null;
      throw error;
    });
  }

  async function folderOf(appId: AppId, name: string): Promise<string> {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) throw new Error(`Cannot use ${name} as a workspace's name`);
    return `${await prepare()}/${appId}/${name}`;
  }

  return {
    async open(appId, name): Promise<Workspace> {
      const folder = await folderOf(appId, name);
      const root = await prepare();
      const home = `${root}/${appId}/.home`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.mkdir(home, { recursive: true });
      const env = sandboxEnvironment(Deno.env.toObject(), {
        home,
        denoDir: options.denoDir ?? `${root}/.deno`,
        denoFolder: Deno.execPath().replace(/\/[^/]*$/, ""),
        ceiling: root,
      });
      return localWorkspace({ folder, env, portsFolder: `${root}/.ports`, now });
    },

    async has(appId, name) {
      return await isFolder(await folderOf(appId, name));
    },

    async sweep(appId, keep) {
      const app = `${await prepare()}/${appId}`;
      const names = await workspacesIn(app);
      if (names === null) return;
      const kept = typeof keep === "function" ? await keep() : keep;
      const gone = names.filter((name) => !kept.includes(name)).map((name) => `${app}/${name}`);
      for (const folder of gone) {
        await endAllIn(folder);
        await remove(folder);
      }
      // With its last workspace the app itself is gone, and its home has no more use.
      if (typeof keep !== "function" && keep.length === 0) await remove(app);
    },
  };
}

async function makeRoot(root: string): Promise<string> {
  await Deno.mkdir(root, { recursive: true, mode: 0o700 });
  const real = await Deno.realPath(root);
  await Deno.writeTextFile(`${real}/deno.json`, "{}\n");
  return real;
}

/** Ends what runs in a workspace, whoever started it: another isolate, or a server that is no more. */
async function endAllIn(folder: string): Promise<void> {
  const guardian = spawnGuardian(`${folder}:`);
  await guardian.watch(null);
  await guardian.kill();
}

/** Null where the app's folder is gone: another isolate may take it away at any moment. */
async function workspacesIn(app: string): Promise<string[] | null> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(app)) if (!name.startsWith(".")) names.push(name);
    return names;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
